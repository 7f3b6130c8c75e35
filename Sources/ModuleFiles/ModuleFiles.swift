// ModuleFiles
