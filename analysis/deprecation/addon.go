package deprecation

import (
	"strconv"

	"canopy/analysis/image/reference"
	"canopy/analysis/lifecycle"
	"canopy/model/record"
)

// sheet is what of a template belongs to products that are given up, or will be.
type sheet struct {
	hits []hit
	// count counts the pods and owners that share it.
	count int
}

// hit is one place of a template.
type hit struct {
	// path stands below the pod's spec.
	path, image string
	addOn       lifecycle.AddOn
}

// acquire notes that a pod or owner has a template; release that it has it no more.
func (a *Analyser) acquire(t record.Template) *sheet {
	if t.IsZero() {
		return &sheet{}
	}
	t = t.Bare()
	s := a.sheets[t]
	if s == nil {
		s = a.read(t)
		a.sheets[t] = s
		if len(s.hits) > 0 {
			a.hot++
		}
	}
	s.count++
	return s
}

func (a *Analyser) release(t record.Template) {
	t = t.Bare()
	s := a.sheets[t]
	if s == nil {
		return
	}
	if s.count--; s.count > 0 {
		return
	}
	delete(a.sheets, t)
	if len(s.hits) > 0 {
		a.hot--
	}
}

func (a *Analyser) read(t record.Template) *sheet {
	s := &sheet{}
	spec := &t.Decode().Spec
	add := func(list string, i int, image string) {
		parsed, err := reference.Parse(image)
		if err != nil {
			return
		}
		if addOn, ok := a.ends.AddOn(parsed.Repository); ok {
			s.hits = append(s.hits, hit{path: list + "[" + strconv.Itoa(i) + "].image", image: image, addOn: addOn})
		}
	}
	for i := range spec.InitContainers {
		add("initContainers", i, spec.InitContainers[i].Image)
	}
	for i := range spec.Containers {
		add("containers", i, spec.Containers[i].Image)
	}
	return s
}

// given tells whether a product is given up at a moment, in seconds since 1970; else when it will be.
func (h *hit) given(now int64) (up bool, when int64) {
	if h.addOn.End == 0 {
		return true, 0
	}
	end := h.addOn.End.Time().Unix()
	return now >= end, end
}

// says puts the end of a product into words.
func (h *hit) says() string {
	text := brief(h.image, longestName) + " is "
	if h.addOn.Unless != "" {
		text += "a build of "
	}
	text += h.addOn.Name
	if h.addOn.End != 0 {
		text += ", given up on " + h.addOn.End.String()
	}
	if h.addOn.Why != "" {
		text += ": " + h.addOn.Why
	}
	if h.addOn.Instead != "" {
		text += "; go to " + h.addOn.Instead
	}
	return brief(text, longest)
}
