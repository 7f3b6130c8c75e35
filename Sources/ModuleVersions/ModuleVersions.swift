// ModuleVersions
