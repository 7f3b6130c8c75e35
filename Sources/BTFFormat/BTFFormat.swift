// BTFFormat
