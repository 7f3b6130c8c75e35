// OrderedWork
