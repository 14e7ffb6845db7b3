package deprecation

import (
	"cmp"

	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// linesOf says what of an owner and its pods is given up, and when the next of it will be, in seconds since 1970; 0 for never. What the
// owner's template says is told of it; what its pods run besides of the first that runs it, by name. unless says what would make all of it
// untrue; "" where some is certain.
func (r *round) linesOf(ref model.Ref, own []hit) (lines []model.Evidence, unless string, next int64) {
	type place struct {
		path, image string
		end         lifecycle.Day
	}
	told := map[place]*model.Evidence{}
	var order []place
	sure := false
	add := func(h *hit, object model.Ref, prefix string) {
		up, when := h.given(r.now)
		if !up {
			if next == 0 || when < next {
				next = when
			}
			return
		}
		sure = sure || h.addOn.Unless == ""
		unless = smaller(unless, h.addOn.Unless)
		at := place{h.path, h.image, h.addOn.End}
		e := told[at]
		if e == nil {
			e = &model.Evidence{}
			told[at] = e
			order = append(order, at)
		} else if e.Object == ref || e.Object.Compare(object) < 0 {
			return
		}
		*e = model.Evidence{Object: object, Path: prefix + "." + h.path, Value: h.says()}
	}
	for i := range own {
		add(&own[i], ref, record.TemplatePath(ref.Kind))
	}
	for m := range r.owners[ref] {
		for i := range m.sheet.hits {
			add(&m.sheet.hits[i], podRef(m.key), record.TemplatePath("Pod"))
		}
	}
	inorder.Sort(order, func(a, b place) int { return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.image, b.image)) })
	for _, at := range order {
		lines = append(lines, *told[at])
	}
	if sure {
		unless = ""
	}
	return lines, unless, next
}

// smaller is the first of two texts in order, of which one may be missing: pods come in any order.
func smaller(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}
