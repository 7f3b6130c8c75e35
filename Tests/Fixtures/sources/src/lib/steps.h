/* Functions that compilers put into their callers, two deep. */
static inline int step_once(volatile int *at, int by)
{
	*at += by;
	if (*at > 100)
		*at /= by;
	return *at;
}

static inline __attribute__((always_inline)) int step_twice(volatile int *at, int by)
{
	int first = step_once(at, by);

	return first + step_once(at, by + 1);
}
