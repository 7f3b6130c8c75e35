// ByteStorage
