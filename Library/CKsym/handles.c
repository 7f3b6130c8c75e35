#include "ksym_handles.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Cells are never freed, and come in blocks that never move, so that a stale handle finds its cell, and
 * that the cell has gone on to another generation. */
struct cell {
  /* Generation in the upper half, users in the lower. An even generation is closed. */
  _Atomic uint64_t state;
  _Atomic(void *) object;
  /* An object that goes when the last user does. */
  _Atomic(void *) leaving;
  void (*destroy)(void *);
  _Atomic uint32_t kind;
  uint32_t next;
};

enum { block_bits = 6, block_size = 1 << block_bits, most_blocks = 1 << 10 };
#define GENERATION_STEP (UINT64_C(1) << 32)

static _Atomic(struct cell *) blocks[most_blocks];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Free cells as a list by number + 1; and how many cells there are. */
static uint32_t first_free, count;

static struct cell *cell_at(uint32_t number) {
  if (number >= (uint32_t)most_blocks * block_size) return NULL;
  struct cell *block = atomic_load_explicit(&blocks[number >> block_bits], memory_order_acquire);
  return block ? &block[number & (block_size - 1)] : NULL;
}

/* The low half is the number of the cell + 1, shifted so that it looks aligned; the high half its
 * generation. */
static void *handle_of(uint32_t number, uint32_t generation) {
  return (void *)(uintptr_t)((uint64_t)generation << 24 | (uint64_t)(number + 1) << 4);
}

static struct cell *cell_of(const void *handle, uint32_t *number, uint32_t *generation) {
  uint64_t value = (uintptr_t)handle;
  *number = (uint32_t)(value >> 4 & 0xfffff) - 1;
  *generation = (uint32_t)(value >> 24);
  if ((value & 15) != 0 || value >> 56 != 0) return NULL;
  return cell_at(*number);
}

static void drop(struct cell *cell, uint32_t number) {
  uint64_t before = atomic_fetch_sub_explicit(&cell->state, 1, memory_order_acq_rel);
  if ((uint32_t)before != 1) return;
  void *object = atomic_exchange_explicit(&cell->leaving, NULL, memory_order_acq_rel);
  if (!object) return;
  cell->destroy(object);
  pthread_mutex_lock(&lock);
  cell->next = first_free;
  first_free = number + 1;
  pthread_mutex_unlock(&lock);
}

void *ksym_handle_new(uint32_t kind, void *object, void (*destroy)(void *)) {
  pthread_mutex_lock(&lock);
  uint32_t number = first_free ? first_free - 1 : count;
  struct cell *cell = cell_at(number);
  if (!cell && number < (uint32_t)most_blocks * block_size) {
    struct cell *block = calloc(block_size, sizeof *block);
    atomic_store_explicit(&blocks[number >> block_bits], block, memory_order_release);
    cell = block;
  }
  if (!cell) {
    pthread_mutex_unlock(&lock);
    return NULL;
  }
  if (first_free) first_free = cell->next;
  else count++;
  pthread_mutex_unlock(&lock);
  cell->destroy = destroy;
  atomic_store_explicit(&cell->kind, kind, memory_order_relaxed);
  atomic_store_explicit(&cell->object, object, memory_order_relaxed);
  uint64_t before = atomic_fetch_add_explicit(&cell->state, GENERATION_STEP, memory_order_release);
  return handle_of(number, (uint32_t)(before >> 32) + 1);
}

void *ksym_handle_hold(uint32_t kind, const void *handle) {
  uint32_t number, generation;
  struct cell *cell = cell_of(handle, &number, &generation);
  if (!cell) return NULL;
  uint64_t before = atomic_fetch_add_explicit(&cell->state, 1, memory_order_acq_rel);
  if ((generation & 1) == 1 && (uint32_t)(before >> 32) == generation &&
      atomic_load_explicit(&cell->kind, memory_order_relaxed) == kind)
    return atomic_load_explicit(&cell->object, memory_order_relaxed);
  drop(cell, number);
  return NULL;
}

void ksym_handle_drop(const void *handle) {
  uint32_t number, generation;
  struct cell *cell = cell_of(handle, &number, &generation);
  if (cell) drop(cell, number);
}

void ksym_handle_close(uint32_t kind, const void *handle) {
  uint32_t number, generation;
  struct cell *cell = cell_of(handle, &number, &generation);
  if (!cell || (generation & 1) == 0) return;
  if (!ksym_handle_hold(kind, handle)) return;
  /* Of two that close the same handle, one goes on. */
  uint64_t state = atomic_load_explicit(&cell->state, memory_order_acquire);
  while ((uint32_t)(state >> 32) == generation) {
    if (atomic_compare_exchange_weak_explicit(&cell->state, &state, state + GENERATION_STEP,
                                              memory_order_acq_rel, memory_order_acquire)) {
      atomic_store_explicit(&cell->leaving, atomic_load_explicit(&cell->object, memory_order_relaxed),
                            memory_order_release);
      break;
    }
  }
  drop(cell, number);
}
