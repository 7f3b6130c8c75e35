// ModuleLoading
