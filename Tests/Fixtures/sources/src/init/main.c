#include "../lib/own.h"
#include "../lib/steps.h"

volatile int place;

__attribute__((noinline)) int kernel_init(int by)
{
	return step_twice(&place, by) + from_header(&place);
}

__attribute__((noinline, cold, section(".init.text"))) int early(int by)
{
	int sum = 0;

	for (int index = 0; index < by; index++)
		sum += step_twice(&place, index);
	return sum;
}

void _start(void)
{
	place = kernel_init(place) + early(place);
}
