#!/bin/sh
# Makes Tests/Fixtures/types/dwz.tar.xz again: gcc and dwz.
set -eu

cd "$(dirname "$0")/../types"
out=$PWD/dwz.tar.xz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/dwz"
cd "$work/dwz"
cat >types.h <<'SOURCE'
struct item { int size; long values[4]; const char *name; struct list *next; };
struct list {
  struct item *first;
  union { int a; float b; } both;
  enum kind { KIND_ONE, KIND_TWO = 7 } kind;
};
typedef struct item item_t;
SOURCE
cat >first.c <<'SOURCE'
#include "types.h"
struct list shared_list;
int first_function(item_t *item, struct list *list) { return item->size + list->both.a; }
SOURCE
cat >second.c <<'SOURCE'
#include "types.h"
struct item second_item;
long second_function(struct list *list, item_t *item) { return list->first->values[0] + item->size; }
SOURCE
for version in 4 5; do
  mkdir "plain$version" "dwz$version"
  for name in first second; do
    gcc -g -gdwarf-$version -shared -nostdlib -fPIC -ffile-prefix-map="$work"=. \
      -Wl,-z,noseparate-code -o "plain$version/$name.so" "$name.c"
    cp "plain$version/$name.so" "dwz$version/$name.so"
  done
  form=$([ $version = 4 ] || echo --dwarf-5)
  (cd "dwz$version" && dwz $form -m common.debug -M common.debug first.so second.so)
done
# Two units: the first declares what the second defines.
mkdir units
cat >use.c <<'SOURCE'
struct cache;
extern struct cache *caches[2];
int fill(struct cache *cache);
int use(void) { return fill(caches[0]); }
#include "holder.h"
int keep(struct holder *holder) { return fill(holder->cache); }
SOURCE
cat >define.c <<'SOURCE'
#include "cache.h"
struct cache;
extern struct cache *caches[2];
struct cache *caches[2];
int fill(struct cache *cache);
int fill(struct cache *cache) { return cache->size; }
#include "holder.h"
int take(struct holder *holder) { return holder->cache->size; }
SOURCE
echo 'struct cache; struct holder { struct cache *cache; };' >holder.h
# The same with another member.
for object in both changed; do
  member=$([ $object = both ] || echo ' int more;')
  echo "struct cache { int size;$member };" >cache.h
  for name in use define; do
    gcc -g -gdwarf-5 -ffile-prefix-map="$work"=. -c -o "units/$name.o" "$name.c"
  done
  ld -r -o units/$object.o units/use.o units/define.o
  rm units/use.o units/define.o
done
cd ..
tar --sort=name --owner=0 --group=0 --mtime=2026-01-01 -cf - dwz |
  xz -9 >"$out"
