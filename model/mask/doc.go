// Package mask takes out of API objects whatever may be a secret, before a person or a file gets to see them. It errs to masking: literal
// values of environment variables, commands, arguments, probes and hooks go, whether they look like a credential or not, and so do most
// annotations, the messages of most statuses and the data of ConfigMaps. What these lists of keys leave an inspector looks at, text by text, so
// that what is told as a finding stands in nothing that is shown or written.
//
// What rules need stays: names, images, ports, references to Secrets, security contexts, labels.
package mask
