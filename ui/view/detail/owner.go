package detail

import (
	"fmt"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// writeFamily says who answers for the object, and which pods run on which nodes.
func (s *Screen) writeFamily(p *page.Page, f *family) {
	g := &s.shared.Glyphs
	arrow := " " + g.ArrowRight + " "
	top := p.In(p.Ink.Text, s.called(f.top))
	switch len(f.branches) {
	case 0:
		switch {
		case len(f.pods) > 0 && f.pods[0].ref == f.top:
			p.Entry("OWNER", p.In(p.Ink.Text, "none: the pod stands for itself"))
		case len(f.pods) > 0:
			p.Entry("OWNER", top+p.In(p.Ink.Text, arrow+podsOn(f.pods)))
		case f.top != s.object:
			p.Entry("OWNER", top)
		}
	case 1:
		b := &f.branches[0]
		p.Entry("OWNER", top+p.In(p.Ink.Text, arrow+s.called(b.owner)+arrow+podsOn(b.pods)))
	default:
		p.Entry("OWNER", top)
		for i := range f.branches {
			b, sign := &f.branches[i], g.Branch
			if i == len(f.branches)-1 {
				sign = g.LastBranch
			}
			p.Item(p.In(p.Ink.Faint, sign), p.In(p.Ink.Text, s.called(b.owner)+arrow+podsOn(b.pods)))
		}
	}
	if f.idle > 0 {
		p.Entry("", p.In(p.Ink.Faint, view.Count(f.idle, "older owner")+" between them without pods"))
	}
}

// called names an object as a chain of owners does.
func (s *Screen) called(ref model.Ref) string { return ref.Kind + " " + ref.Name }

// writePods names the pods.
func (s *Screen) writePods(p *page.Page, f *family) {
	p.Gap()
	if len(f.pods) == 0 {
		if record.TemplatePath(f.top.Kind) != "" {
			p.Entry("PODS", p.In(p.Ink.Text, "none"))
		}
		return
	}
	if f.pods[0].ref == f.top {
		p.Entry("PODS", p.In(p.Ink.Text, podsOn(f.pods)))
		return
	}
	word := "PODS"
	for i, one := range f.pods {
		if i == most {
			p.Entry(word, p.In(p.Ink.Faint, "and "+view.Count(len(f.pods)-most, "more pod")))
			break
		}
		where := ""
		if one.node != "" {
			where = " on " + one.node
		}
		if state := one.state(); state != "" {
			where += ", " + state
		}
		p.Entry(word, p.In(p.Ink.Text, one.ref.Name)+p.In(p.Ink.Faint, where))
		word = ""
	}
}

// podsOn counts pods, names their nodes, and says how many do not run.
func podsOn(pods []pod) string {
	if len(pods) == 0 {
		return "no pods"
	}
	t := view.Count(len(pods), "pod")
	if names := nodes(pods); len(names) > 0 {
		t += " on " + view.Few(names, 5)
	}
	by := map[string]int{}
	for i := range pods {
		by[pods[i].state()]++
	}
	for _, state := range []string{"waiting for a node", "not running", "finished"} {
		if n := by[state]; n > 0 {
			t += fmt.Sprintf(", %d %s", n, state)
		}
	}
	return t
}
