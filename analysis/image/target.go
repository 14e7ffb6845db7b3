package image

import (
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// Target says what a scanner has to be asked for to scan this very image; false where nothing names it.
func (i *Image) Target() (model.ScanTarget, bool) {
	switch {
	case i.Repository == "":
		return model.ScanTarget{}, false
	case i.Digest == "" || i.Of == record.OfConfig:
		// A registry knows no image by the digest of its configuration.
		return model.ScanTarget{Digest: i.Digest, Reference: i.Name}, i.Name != ""
	}
	name, _, _ := strings.Cut(i.Name, "@")
	// Where both stand the digest counts, and the tag says what it is called.
	return model.ScanTarget{Digest: i.Digest, Reference: name + "@" + i.Digest}, true
}
