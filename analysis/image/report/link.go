package report

import "slices"

// Link fills in the images that statements mean by the serial number of a CycloneDX document, from the documents that were read: those of
// all files together. What links to a document that nobody has read matches nothing.
func Link(statements []Statement, images map[string]Product) []Statement {
	linked := slices.Clone(statements)
	for i := range linked {
		s := &linked[i]
		s.Products = slices.Clone(s.Products)
		for j := range s.Products {
			p := &s.Products[j]
			if image, ok := images[p.Document]; ok && p.Document != "" {
				p.Digests, p.IDs = image.Digests, image.IDs
			}
		}
	}
	return linked
}
