// Package mask takes out of API objects whatever may be a secret, before a person or a file gets to see them. Since no
// detector looks at values yet, it errs to masking: literal values of environment variables, commands, arguments, probes
// and hooks go, whether they look like a credential or not, and so do most annotations and the data of ConfigMaps.
//
// What rules need stays: names, images, ports, references to Secrets, security contexts, labels.
package mask
