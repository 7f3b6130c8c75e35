// Support shared by the test targets: builders of inputs, scratch directories, real kernels.
