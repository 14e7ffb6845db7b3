package overview

import (
	"slices"
	"strconv"
	"strings"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// causes bounds the cuts that are a cause of their own. The screen of cuts lists all.
const causes = 5

// cuts gives the owners that are known by their cut alone, and notes with the others what a cut of theirs ends. The cuts come the best first.
// Those along one path end the same paths, and are one cause, so a cut counts as another one only where it can end others than those before
// it: then its object is as risky as the paths are. All else is as risky as what was found on it.
func cuts(s *view.Snapshot, by map[model.Ref]*owner) []*owner {
	a := s.Report.Attack
	if a == nil {
		return nil
	}
	var own []*owner
	left, counted := a.Paths, 0
	for i := range a.Cuts {
		c := &a.Cuts[i]
		if !s.Namespaces.Show(c.Object) {
			continue
		}
		cause := i == 0 || c.Removes > 1 && c.Removes <= left && counted < causes
		o := by[c.Object]
		if o == nil && cause {
			o = &owner{ref: c.Object, object: text.Clean(c.Object.String()), system: system(c.Object), worst: model.Critical}
			o.width = text.Width(o.object)
			own = append(own, o)
			by[o.ref] = o
		}
		if o == nil || o.cut != nil {
			continue
		}
		o.cut, o.lead = c, i == 0
		if cause {
			left, counted = left-c.Removes, counted+1
			o.cause, o.risk = true, max(o.risk, a.Standing(c.Object).Risk(model.Critical))
		}
	}
	return own
}

// exposedPath is the rule that finds a workload on the internet from which a path leads to all of the cluster.
const exposedPath = "LP25"

// tellOnce marks the owners of which nothing is as bad as the path that begins there: where a cut leads the list it is the same cause.
func tellOnce(owners []*owner) {
	if !slices.ContainsFunc(owners, func(o *owner) bool { return o.lead }) {
		return
	}
	for _, o := range owners {
		o.told = !o.lead && o.holds > 0 && o.rows[0].Finding.Rule.ID == exposedPath && (len(o.rows) == 1 || o.rows[1].Risk < o.rows[0].Risk)
	}
}

// removes counts the paths that an edit of it ends.
func (o *owner) removes() int {
	if o.cut == nil {
		return 0
	}
	return o.cut.Removes
}

// sameCuts tells whether two sums of paths make the same ranking of the same rows.
func sameCuts(a, b *model.Attack) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	return a.Paths == b.Paths && slices.Equal(a.Cuts, b.Cuts) && slices.Equal(a.Headline, b.Headline)
}

// attack is what is known of paths as of what is ranked; nil while nothing is.
func (r *ranking) attack() *model.Attack {
	if r.of == nil {
		return nil
	}
	return r.of.Report.Attack
}

// tall gives the row of the best cut, below which a line is for what to cut, where there is room for it and a path to show.
func (r *ranking) tall(height int) (row, lines int) {
	if height < 4 {
		return 0, 0
	}
	for i, o := range r.owners {
		if o.lead {
			if r.route(o) == nil {
				return 0, 0
			}
			return i, 1
		}
	}
	return 0, 0
}

// route is the path that the best cut ends, as names; nil where there is none to show. One from the internet can be ended only by what is
// reached from there.
func (r *ranking) route(o *owner) []string {
	a := r.attack()
	if !o.lead || a == nil || len(a.Headline) < 2 {
		return nil
	}
	if a.Headline[0] == "internet" && a.Standings != nil && a.Standings.Of(o.ref).Exposure != model.ExposedToInternet {
		return nil
	}
	return short(a.Headline)
}

// short names the steps of a path, given as ids of nodes, as shortly as they can be told apart on a line: a workload without its kind, and
// without its account, which goes without saying.
func short(ids []string) []string {
	names := make([]string, 0, len(ids))
	in := ""
	for i, id := range ids {
		parts := strings.Split(id, "/")
		if in != "" && i < len(ids)-1 && strings.HasPrefix(id, "sa:"+in+"/") {
			in = ""
			continue
		}
		in = ""
		switch {
		case len(parts) == 2 && parts[0] == "Node":
			id = "node " + parts[1]
		case len(parts) == 3 && parts[1] == "Secret":
			id = "Secret " + parts[0] + "/" + parts[2]
		case len(parts) == 3:
			in, id = parts[0], parts[0]+"/"+parts[2]
		}
		names = append(names, id)
	}
	return names
}

// along writes the names of a path with arrows between. Where that is too long, steps in the middle are left out; where it begins, where it
// goes first and where it ends stay as long as they can.
func (s *Screen) along(names []string, width int) string {
	arrow := " " + s.shared.Glyphs.ArrowRight + " "
	clean := make([]string, len(names))
	for i, n := range names {
		clean[i] = s.shared.Clean(n)
	}
	whole := strings.Join(clean, arrow)
	for keep := len(clean) - 2; keep >= 1 && text.Width(whole) > width; keep-- {
		parts := slices.Concat(clean[:keep], []string{s.omitted()}, clean[len(clean)-1:])
		whole = strings.Join(parts, arrow)
	}
	return s.shared.Cut(whole, width)
}

// omitted stands for steps that are left out.
func (s *Screen) omitted() string {
	if s.shared.Glyphs.Charset == text.ASCII {
		return "..."
	}
	return s.shared.Glyphs.Charset.Ellipsis()
}

// cutLines stand below the path of the best cut, and say what to cut.
func (s *Screen) cutLines(width int) []string {
	l := &s.lists[fix]
	if l.tall == 0 || l.talls >= len(s.fix.owners) {
		return nil
	}
	o, t, indent := s.fix.owners[l.talls], &s.shared.Theme, s.fixColumns(width).indent()
	words := "cut " + o.object
	if o.cut.Edit != "" {
		words += ": " + o.cut.Edit
	}
	return s.more([]string{s.shared.Cut(words, width-indent-1)}, indent, t.Good)
}

// ends says how many paths end with the cut of an object; "" where none does.
func (s *Screen) ends(o *owner) string {
	a := s.fix.attack()
	switch {
	case o.cut == nil || a == nil:
		return ""
	case a.Paths == 1:
		return "ends the one attack path to cluster-admin"
	case o.cut.Removes >= a.Paths:
		return "ends all " + view.Count(a.Paths, "attack path") + " to cluster-admin"
	}
	return "ends " + strconv.Itoa(o.cut.Removes) + " of " + view.Count(a.Paths, "attack path") + " to cluster-admin"
}

// ratio writes how many of all paths end, as it stands in a column.
func ratio(removes, paths int) string { return strconv.Itoa(removes) + "/" + strconv.Itoa(paths) }
