// ByteStorage opens and maps files, unpacks and packs them, reads bytes with bounds checks,
// byte order and width, computes digests, and writes output. It is the only target that opens files,
// and it knows nothing of any format but compression.
