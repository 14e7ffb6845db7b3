package secret

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/pieces"
	"canopy/model/record"
)

// literal is a piece of a text of a template: where it stands and its print, never the text.
type literal struct {
	path   string
	length int
	print  uint64
}

// literals takes the texts of a pod spec apart: what of them is a copy of a value of a Secret shows by its print.
func (a *Analyser) literals(spec *corev1.PodSpec) (list []literal) {
	texts(spec, func(path, text string) {
		from := len(list)
		pieces.Of(text, func(piece string) {
			l := literal{path, len(piece), a.print(piece)}
			if !slices.ContainsFunc(list[from:], func(o literal) bool { return o.print == l.print }) {
				list = append(list, l)
			}
		})
	})
	return slices.Clip(list)
}

// literalsOf gives those of the template of a sheet, made once.
func (a *Analyser) literalsOf(s *sheet, t record.Template) []literal {
	if !s.taken {
		s.taken, s.literals = true, a.literals(&t.Decode().Spec)
	}
	return s.literals
}

// plainCopies lists the copies of wanted values in a template that are not told as credentials anyway.
func (a *Analyser) plainCopies(owner model.Ref, prefix string, s *sheet, t record.Template, told []model.Exposure) (list []model.Evidence) {
	for _, l := range a.literalsOf(s, t) {
		_, wanted := a.copies.wanted[l.print]
		if !wanted || slices.ContainsFunc(told, func(x model.Exposure) bool { return x.Print == l.print && strings.HasPrefix(x.Path, l.path) }) {
			continue
		}
		list = append(list, model.Evidence{Object: owner, Path: prefix + "." + l.path, Value: copyOf(l.length), Print: l.print})
	}
	return list
}

// copyOf says what a copy is that nothing but its print tells.
func copyOf(length int) string {
	return "copy of a value of a Secret, " + strconv.Itoa(length) + " bytes"
}

// echo takes where an object that is no pod holds copies, as reading it has shown; nothing but the print speaks for it that they are
// credentials, so that they are no findings.
func (a *Analyser) echo(ref model.Ref, found []model.Exposure) {
	if len(found) == 0 {
		delete(a.echoes, ref)
	} else {
		a.echoes[ref] = found
	}
	a.copies.touch(ref)
}

// echoed lists the copies in an object that are not told as credentials anyway.
func (a *Analyser) echoed(c *cluster.Cluster, ref model.Ref) (list []model.Evidence) {
	object := c.Get(ref)
	if object == nil {
		return nil
	}
	told := exposures(object)
	for _, x := range a.echoes[ref] {
		if !slices.ContainsFunc(told, func(o model.Exposure) bool { return o.Print == x.Print && strings.HasPrefix(o.Path, x.Path) }) {
			list = append(list, model.Evidence{Object: ref, Path: x.Path, Value: copyOf(x.Length), Print: x.Print})
		}
	}
	return list
}

// want notes the prints of the values of Secrets that were read since, and has all looked at anew that holds one of them.
func (a *Analyser) want(c *cluster.Cluster) {
	i := &a.copies
	fresh := map[uint64]struct{}{}
	for it := range i.read {
		if f := factsOf(c, it); f != nil {
			for _, print := range f.Prints {
				if _, known := i.wanted[print]; !known {
					fresh[print] = struct{}{}
					i.wanted[print] = struct{}{}
				}
			}
		}
	}
	clear(i.read)
	if len(fresh) == 0 {
		return
	}
	holds := map[*sheet]bool{}
	of := func(s *sheet, t record.Template) bool {
		has, known := holds[s]
		if !known {
			has = slices.ContainsFunc(a.literalsOf(s, t), func(l literal) bool { _, ok := fresh[l.print]; return ok })
			holds[s] = has
		}
		return has
	}
	for ref, own := range a.owns {
		if of(own.sheet, own.template) {
			i.touch(ref)
		}
	}
	for key, m := range a.members {
		if of(m.sheet, m.template) {
			i.touch(podRef(key))
		}
	}
}
