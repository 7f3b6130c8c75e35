/* Many threads hold, drop and close the same handles; each object goes once, when nobody holds it. Built with
 * handles.c itself, so that ThreadSanitizer sees all of it. */
#include "ksym_handles.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { thread_count = 8, object_count = 64, rounds = 20000 };

struct object {
  _Atomic int life; /* 1 living, 0 gone */
  _Atomic int visits;
};

static struct object objects[object_count];
static _Atomic(void *) handles[object_count];
static _Atomic int gone, failures;

static void destroy(void *argument) {
  struct object *object = argument;
  if (atomic_exchange(&object->life, 0) != 1) failures++;
  gone++;
}

static void *work(void *argument) {
  unsigned seed = *(unsigned *)argument;
  for (int round = 0; round < rounds; round++) {
    seed = seed * 1103515245 + 12345;
    unsigned number = (seed >> 16) % object_count;
    const void *handle = atomic_load(&handles[number]);
    struct object *object = ksym_handle_hold(KSYM_HANDLE_KERNEL, handle);
    if (object) {
      if (object != &objects[number] || !atomic_load(&object->life)) failures++;
      object->visits++;
      if ((seed >> 8) % 512 == 0) ksym_handle_close(KSYM_HANDLE_KERNEL, handle);
      if (!atomic_load(&object->life)) failures++;
      ksym_handle_drop(handle);
    }
    if (ksym_handle_hold(KSYM_HANDLE_TABLE, handle)) failures++;
  }
  return NULL;
}

int main(void) {
  int made = 0;
  for (int generation = 0; generation < 4; generation++) {
    for (int number = 0; number < object_count; number++) {
      ksym_handle_close(KSYM_HANDLE_KERNEL, atomic_load(&handles[number]));
      if (atomic_load(&objects[number].life)) failures++;
      objects[number].life = 1;
      handles[number] = ksym_handle_new(KSYM_HANDLE_KERNEL, &objects[number], destroy);
      made++;
    }
    pthread_t threads[thread_count];
    unsigned seeds[thread_count];
    for (unsigned number = 0; number < thread_count; number++) {
      seeds[number] = number + 8 * (unsigned)generation;
      pthread_create(&threads[number], NULL, work, &seeds[number]);
    }
    for (int number = 0; number < thread_count; number++) pthread_join(threads[number], NULL);
  }
  for (int number = 0; number < object_count; number++)
    ksym_handle_close(KSYM_HANDLE_KERNEL, atomic_load(&handles[number]));
  if (gone != made) failures++;
  printf("%d failures\n", failures);
  return failures != 0;
}
