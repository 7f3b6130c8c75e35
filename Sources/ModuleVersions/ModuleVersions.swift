// ModuleVersions holds the codecs of symbol versions: the version tables of modules in all layouts,
// export tables of kernels, and Module.symvers text. From bytes to values and back; it opens no
// files and decides no policy.
