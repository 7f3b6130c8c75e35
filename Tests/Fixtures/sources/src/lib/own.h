/* A whole function of a header: the line table begins with this file. */
int from_header(volatile int *at)
{
	return *at * 3;
}
