package report

import (
	"slices"
	"strings"

	"canopy/analysis/image/reference"
	"canopy/model"
)

// The statuses of VEX, in the words of OpenVEX.
const (
	NotAffected        = "not_affected"
	Fixed              = "fixed"
	Affected           = "affected"
	UnderInvestigation = "under_investigation"
)

// Statement says of vulnerabilities of products whether they do harm there.
type Statement struct {
	// Vulnerabilities are the names of one, the best known first.
	Vulnerabilities []string
	Products        []Product
	// Status is one of those above.
	Status string
	// Justification is a word of the format: "vulnerable_code_not_present". Reason is what the author says in words.
	Justification, Reason string
	// At is when, in seconds since 1970; 0 where unknown.
	At     int64
	Author string
	Origin string
}

// Product is what a statement is about: an image, a package wherever it is, or a package in an image.
type Product struct {
	// Digests are those of an image. IDs are package URLs and references.
	Digests, IDs []string
	// Document names the CycloneDX document that the product stands in, where that is another than the one of the statement: its serial
	// number. Until Link has found it the product is nothing that could be matched.
	Document string
	// Parts are the packages in it that are meant, as package URLs; with none all are.
	Parts []string
}

// vexStatus maps the words of OpenVEX, of CycloneDX and of Grype; "" for what is none.
func vexStatus(word string) string {
	switch strings.ToLower(word) {
	case NotAffected, "false_positive":
		return NotAffected
	case Fixed, "resolved", "resolved_with_pedigree":
		return Fixed
	case Affected, "exploitable":
		return Affected
	case UnderInvestigation, "in_triage":
		return UnderInvestigation
	}
	return ""
}

// Apply gives the lines of an image with what statements say of them. Digests and refs are those that the scan of the image names. The
// newest statement counts; of two at the same time the later in the list. Nothing is taken out: Count and Excluded leave out what is not
// affected or fixed. Only equal digests, an equal repository and tag without a digest, or an equal package make a statement apply.
func Apply(statements []Statement, digests, refs []string, list []model.Vulnerability) []model.Vulnerability {
	list, _ = Judge(statements, digests, refs, list)
	return list
}

// Judge is Apply, and names whose statements have taken something out: "vex.json (the vendor)", sorted.
func Judge(statements []Statement, digests, refs []string, list []model.Vulnerability) (judged []model.Vulnerability, by []string) {
	it := identity{digests: digests}
	for _, text := range refs {
		if r, err := reference.Parse(text); err == nil {
			it.refs = append(it.refs, r)
		}
	}
	byID := map[string][]meant{}
	for i := range statements {
		s := &statements[i]
		if s.Status == "" {
			continue
		}
		parts := it.parts(s)
		if len(parts) == 0 {
			continue
		}
		for _, name := range s.Vulnerabilities {
			key := strings.ToUpper(name)
			byID[key] = append(byID[key], meant{s, parts})
		}
	}
	if len(byID) == 0 {
		return list, nil
	}
	list = slices.Clone(list)
	heard := map[*Statement]struct{}{}
	for i := range list {
		v := &list[i]
		var newest *Statement
		for _, m := range byID[strings.ToUpper(v.ID)] {
			if (newest == nil || m.At >= newest.At) && slices.ContainsFunc(m.parts, func(p part) bool { return p.matches(v) }) {
				newest = m.Statement
			}
		}
		if newest != nil {
			v.VEX, v.VEXReason = newest.Status, newest.reason()
			if Excluded(v) {
				heard[newest] = struct{}{}
			}
		}
	}
	for s := range heard {
		by = append(by, s.by())
	}
	slices.Sort(by)
	return list, slices.Compact(by)
}

// by names the file of a statement, and its author.
func (s *Statement) by() string {
	if author := firstLine(s.Author); author != "" {
		return s.Origin + " (" + author + ")"
	}
	return s.Origin
}

func (s *Statement) reason() string {
	if s.Justification == "" || s.Reason == "" {
		return firstLine(s.Justification + s.Reason)
	}
	return firstLine(s.Justification + ": " + s.Reason)
}

// meant is a statement with the packages of one image that it is about.
type meant struct {
	*Statement
	parts []part
}

// part is a package; all packages where none is named.
type part struct {
	names   []string
	version string
}

func (p part) matches(v *model.Vulnerability) bool {
	if p.names == nil {
		return true
	}
	return slices.Contains(p.names, v.Package) && (p.version == "" || p.version == v.Installed)
}

// identity is what is known of an image.
type identity struct {
	digests []string
	refs    []reference.Reference
}

// parts gives the packages of the image that a statement is about; none where it is about something else.
func (it *identity) parts(s *Statement) (found []part) {
	for i := range s.Products {
		p := &s.Products[i]
		if !it.is(p) {
			for _, id := range p.IDs {
				if u, ok := parsePURL(id); ok && !u.image() {
					found = append(found, part{u.names(), u.version})
				}
			}
			continue
		}
		if len(p.Parts) == 0 {
			return []part{{}}
		}
		for _, id := range p.Parts {
			if u, ok := parsePURL(id); ok {
				found = append(found, part{u.names(), u.version})
			}
		}
	}
	return found
}

// is tells that a product is the image. Where it names digests one of them has to be equal.
func (it *identity) is(p *Product) bool {
	digests := slices.Clone(p.Digests)
	var refs []reference.Reference
	var tags []string
	for _, id := range p.IDs {
		if u, ok := parsePURL(id); ok {
			if d := u.digest(); d != "" {
				digests = append(digests, d)
			} else if r, tag, ok := u.reference(); ok {
				refs, tags = append(refs, r), append(tags, tag)
			}
		} else if r, err := reference.Parse(id); err == nil {
			if r.Digest != "" {
				digests = append(digests, r.Digest)
			} else {
				refs, tags = append(refs, r), append(tags, r.Tag)
			}
		}
	}
	if len(digests) > 0 {
		return slices.ContainsFunc(digests, func(d string) bool { return slices.Contains(it.digests, d) })
	}
	for i, r := range refs {
		for _, own := range it.refs {
			if own.Name() == r.Name() && (tags[i] == "" || tags[i] == own.Tag) {
				return true
			}
		}
	}
	return false
}
