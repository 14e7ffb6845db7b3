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
		where := " on " + one.node
		if one.node == "" {
			where = " waits for a node"
		}
		if one.finished {
			where += ", finished"
		}
		p.Entry(word, p.In(p.Ink.Text, one.ref.Name)+p.In(p.Ink.Faint, where))
		word = ""
	}
}

// podsOn counts pods and names their nodes.
func podsOn(pods []pod) string {
	names, waiting := nodes(pods)
	t := view.Count(len(pods), "pod")
	if len(pods) == 0 {
		return "no pods"
	}
	if len(names) > 0 {
		t += " on " + view.Few(names, 5)
	}
	if waiting > 0 {
		t += fmt.Sprintf(", %d waiting for a node", waiting)
	}
	return t
}

// writeObject tells of an object: what it is, who owns it, what runs below it, and all that was found on it.
func (s *Screen) writeObject(p *page.Page) {
	kind := s.object.Kind + " " + s.object.Name
	if s.object.Namespace != "" {
		kind += " in namespace " + s.object.Namespace
	}
	p.Para(p.In(p.Ink.Strong, kind))
	p.Gap()
	if s.facts == nil {
		p.Para(p.In(p.Ink.Faint, s.shared.Glyphs.Charset.Ellipsis()))
		return
	}
	if set := s.snap.Report.Inventory; set != nil {
		if r := set.Get(s.object); r != nil && !r.GetCreationTimestamp().Time.IsZero() {
			p.Entry("SINCE", p.In(p.Ink.Text, "created "+s.when(r.GetCreationTimestamp().Unix())))
		}
	}
	s.writeFamily(p, &s.facts.family)
	switch own := s.facts.own; {
	case len(own) == 0:
		s.writeClean(p)
	case own[0].Finding.Object != s.object:
		p.Gap()
		p.Para(p.In(p.Ink.Text, "It is judged with its owner."))
		s.writeRows(p, "FOUND", own)
	default:
		s.writeRows(p, "FOUND", own)
	}
	p.Gap()
	s.writeEvents(p)
	s.writePods(p, &s.facts.family)
}

// writeClean says that nothing was found, and never more than is known.
func (s *Screen) writeClean(p *page.Page) {
	p.Gap()
	r := s.snap.Report
	open, loading := 0, 0
	for _, state := range r.Rules {
		switch {
		case state.Loading:
			loading++
		case state.Verdict != model.Yes:
			open++
		}
	}
	switch {
	case loading > 0 || !r.Settled():
		p.Entry("FOUND", p.In(p.Ink.Warn, "nothing so far: still loading"))
	case open > 0:
		p.Entry("FOUND", p.In(p.Ink.Warn, fmt.Sprintf("nothing, but %s could not be judged fully for want of what was not seen", view.Count(open, "rule"))))
	default:
		p.Entry("FOUND", p.In(p.Ink.Good, fmt.Sprintf("nothing: all %s could be judged", view.Count(len(r.Rules), "rule"))))
	}
}
