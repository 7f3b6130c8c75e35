// NameTranslation turns the names of symbols into each other wherever they are written: in text, and
// in the spelling that an interface takes. It owns where kernels and tools put names in what they
// print. It knows kernels by their symbols only, and opens no files.
