package output

import (
	"fmt"
	"io"
	"slices"

	"canopy/analysis/attack"
	"canopy/model"
)

// PathFormats lists the formats of paths of attack and of what a thing can come to reach.
func PathFormats() []Format { return append(Common(), CSV, Markdown, Dot) }

// Paths is what canopy paths prints.
type Paths struct {
	// From limits where paths begin; nil is every source. Namespaces limits the sources to those in them; nil is no limit.
	From       *PathNode `json:"from"`
	To         PathNode  `json:"to"`
	Namespaces []string  `json:"namespaces,omitempty"`
	// Lateral tells that hops by the network are among them, which suppose that what listens there can be exploited.
	Lateral bool   `json:"lateral"`
	Paths   []Path `json:"paths"`
	// Cuts ranks single edits; Removes of each counts the paths that end, of all there are.
	Cuts []model.Cut `json:"cuts"`
	// Least is a set of edits that together end all paths, with Removes counting on. It is empty where Uncuttable says why none can.
	Least      []model.Cut `json:"least"`
	Uncuttable string      `json:"uncuttable"`
	More       int         `json:"more"`
	// Sources counts where paths can begin; nil where that was limited, or is not known.
	Sources *int `json:"sources"`
	// Unknown says what was not read, so that there may be more paths. Unseen lists the kinds that were not seen whole.
	Unknown string     `json:"unknown"`
	Unseen  []string   `json:"unseen"`
	Edges   []PathEdge `json:"edges"`

	// drawn tells that people get the ways hop by hop: they asked for one, or for routes.
	drawn bool
}

// Path is one way from a source to a goal.
type Path struct {
	From       PathNode `json:"from"`
	To         PathNode `json:"to"`
	Risk       int      `json:"risk"`
	Cost       int      `json:"cost"`
	Confidence string   `json:"confidence"`
	Hops       []Hop    `json:"hops"`
	// Routes lists several ways of the pair, this one among them, where they were asked for; MoreRoutes tells of others.
	Routes     []Route `json:"routes,omitempty"`
	MoreRoutes bool    `json:"moreRoutes,omitempty"`
	// RoutesFrom is where the routes part at the earliest, if that is not where they begin.
	RoutesFrom string `json:"routesFrom,omitempty"`
}

// Route is one of several ways of a pair.
type Route struct {
	Cost       int    `json:"cost"`
	Confidence string `json:"confidence"`
	Hops       []Hop  `json:"hops"`
}

// NewPaths makes what is shown of an answer. Where is nil for a source that was not read from files.
func NewPaths(q attack.Question, a *attack.Answer, where model.Locator) *Paths {
	d := &Paths{
		To: NewPathNode(q.To), Lateral: q.Lateral, Paths: newPathList(a.Paths, where), More: a.More, Cuts: append([]model.Cut{}, a.Cuts...),
		Least: append([]model.Cut{}, a.Least...), Uncuttable: a.Uncuttable, Unknown: a.Unknown, Unseen: []string{}, Edges: []PathEdge{},
	}
	if q.From != (attack.Node{}) {
		from := NewPathNode(q.From)
		d.From = &from
	}
	return d
}

func newPathList(list []attack.Path, where model.Locator) []Path {
	out := make([]Path, len(list))
	for i := range list {
		p := &list[i]
		out[i] = Path{
			From: NewPathNode(p.From), To: NewPathNode(p.To), Risk: p.Risk, Cost: p.Cost, Confidence: p.Confidence.String(), Hops: newHops(p.Hops, where),
		}
	}
	return out
}

// Route puts the ways of a pair to its path.
func (d *Paths) Route(i int, routes []attack.Path, more bool, where model.Locator) {
	p := &d.Paths[i]
	p.Routes, p.MoreRoutes = make([]Route, len(routes)), more
	for j := range routes {
		p.Routes[j] = Route{routes[j].Cost, routes[j].Confidence.String(), newHops(routes[j].Hops, where)}
	}
}

// Close adds what the catalogue says of the edges. Drawn asks for ways hop by hop, which people get of a single path anyway.
func (d *Paths) Close(catalogue []*model.Edge, drawn bool) {
	d.drawn = drawn || d.total() == 1
	var lists [][]Hop
	for i := range d.Paths {
		for _, way := range d.Paths[i].ways() {
			lists = append(lists, way.Hops)
		}
	}
	d.Edges = edgesOf(catalogue, lists...)
}

// total counts all paths, those that are not printed too.
func (d *Paths) total() int { return len(d.Paths) + d.More }

// ways lists the routes of a pair, or its path as the only one.
func (p *Path) ways() []Route {
	if len(p.Routes) > 0 {
		return p.Routes
	}
	return []Route{{p.Cost, p.Confidence, p.Hops}}
}

// Write writes it in one of PathFormats.
func (d *Paths) Write(w io.Writer, format Format, style Style) error {
	style.Wide = format == Wide
	switch format {
	case JSON:
		return WriteJSON(w, d)
	case YAML:
		return WriteYAML(w, d)
	case CSV:
		return writePathsCSV(w, d.Paths)
	case Markdown:
		return d.writeMarkdown(w, style)
	case Dot:
		return writePathsDot(w, style, d.headline(), d.Paths, d.Cuts)
	}
	return d.writeTable(w, style)
}

// headline says how much there is, in one line.
func (d *Paths) headline() string {
	to := "to " + d.To.Name()
	switch {
	case d.From != nil:
		to = "from " + d.From.Name() + " " + to
	case len(d.Namespaces) > 0:
		to = "from " + words(d.Namespaces) + " " + to
	}
	s := Numbered(d.total(), "path") + " " + to
	if d.Sources != nil && *d.Sources > 0 {
		s += fmt.Sprintf(", of %s", Numbered(*d.Sources, "source"))
	}
	if d.Lateral {
		s += ", with hops by the network, which suppose that what listens there can be exploited"
	}
	return s
}

// remarks lists what else is said of the answer as a whole.
func (d *Paths) remarks() []string {
	var list []string
	if d.More > 0 {
		list = append(list, fmt.Sprintf("%d more: --limit 0 prints all", d.More))
	}
	switch {
	case d.Unknown != "" && d.total() == 0:
		list = append(list, "not known: there may be paths: "+d.Unknown)
	case d.Unknown != "":
		list = append(list, "there may be more paths: "+d.Unknown)
	}
	return list
}

// removes counts the paths that an edit ends; 0 where it is not among the cuts.
func removes(cuts []model.Cut, c *HopCut) int {
	i := slices.IndexFunc(cuts, func(o model.Cut) bool { return o.Object == c.Object && o.Edit == c.Edit })
	if i < 0 {
		return 0
	}
	return cuts[i].Removes
}
