package image

import (
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// Targets says what a scanner has to be asked for to scan this very image, once for each platform that it runs on; nothing where nothing
// names it.
func (i *Image) Targets() []model.ScanTarget {
	t, ok := i.reference()
	if !ok {
		return nil
	}
	if len(i.Platforms) == 0 {
		return []model.ScanTarget{t}
	}
	list := make([]model.ScanTarget, 0, len(i.Platforms))
	for _, p := range i.Platforms {
		t.Platform = p
		list = append(list, t)
	}
	return list
}

// Missing says what a scanner has to be asked for so that all of it is scanned: what Targets says, without the platforms that are
// proven; nothing where it is scanned.
func (i *Image) Missing() []model.ScanTarget {
	if i.Verdict == Scanned && len(i.Unproven) == 0 {
		return nil
	}
	list := i.Targets()
	if len(i.Unproven) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(t model.ScanTarget) bool { return t.Platform != "" && !slices.Contains(i.Unproven, t.Platform) })
}

// Target is the first of Targets, for the platform that most pods run it on; false where there is none.
func (i *Image) Target() (model.ScanTarget, bool) {
	if list := i.Targets(); len(list) > 0 {
		return list[0], true
	}
	return model.ScanTarget{}, false
}

func (i *Image) reference() (model.ScanTarget, bool) {
	switch {
	case i.Repository == "":
		return model.ScanTarget{}, false
	case i.Digest == "" || i.Of == record.OfConfig:
		// A registry knows no image by the digest of its configuration.
		return model.ScanTarget{Digest: i.Digest, Reference: i.Name, Pulled: i.Pulled}, i.Name != ""
	}
	name, _, _ := strings.Cut(i.Name, "@")
	// Where both stand the digest counts, and the tag says what it is called.
	return model.ScanTarget{Digest: i.Digest, Reference: name + "@" + i.Digest, Pulled: i.Pulled}, true
}
