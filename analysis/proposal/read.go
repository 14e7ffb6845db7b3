package proposal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/manifest"
	"canopy/analysis/manifest/splice"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/scheme"
)

// A text that is larger, or holds more, is a problem and nothing else.
const (
	// MaxText is how many bytes a text may have.
	MaxText = 4 << 20
	// MaxObjects is how many documents a text may hold, and how many objects, those of its lists counted one by one.
	MaxObjects = 2000
	// maxProblems is how many problems of one document are told.
	maxProblems = 20
	// maxLists is how deep lists may hold lists.
	maxLists = 4
)

// Read makes the plan of a text of YAML or JSON: what kubectl apply would create, and what it would change. Objects without a
// namespace go into fallback, or into default where that is empty. The cluster is only read.
//
// An object that is not there is created. One that is there gets its document as a patch: strategic for built-in kinds, merge for
// others. Where a strategic merge would come to something that no document says, because two entries of a list share the key by which
// they are merged, or because a selector would gain words and not become another, the patch says how to merge. Whatever the server
// keeps for itself (status, uid, managed fields) is left out.
//
// What cannot be taken is a problem, and the rest is read; so is an object that holds Canopy's mask, since that is no value to write. An error is one of the program.
func Read(c *cluster.Cluster, text []byte, fallback string) (*Proposal, error) {
	if fallback == "" {
		fallback = "default"
	}
	r := &reader{cluster: c, scheme: scheme.Types(), fallback: fallback, out: &Proposal{}, seen: map[model.Ref]place{}, told: map[string]bool{}}
	if len(text) > MaxText {
		r.out.Problems = []Problem{{Text: fmt.Sprintf("the text is larger than %d MiB", MaxText>>20)}}
		return r.out, nil
	}
	var err error
	if r.file, err = splice.Open(text); err != nil {
		r.problem(0, err)
		return r.out, nil
	}
	if n := r.file.Len(); n == 0 || n > MaxObjects {
		message := "the text holds no document"
		if n > 0 {
			message = fmt.Sprintf("the text holds more than %d documents", MaxObjects)
		}
		r.out.Problems = []Problem{{Text: message}}
		return r.out, nil
	}
	for i := range r.file.Len() {
		r.document(i)
		if r.objects > MaxObjects {
			return &Proposal{Problems: []Problem{{Document: i + 1, Text: fmt.Sprintf("the text holds more than %d objects", MaxObjects)}}}, nil
		}
	}
	r.finish()
	return r.out, nil
}

// reader reads one text.
type reader struct {
	cluster  *cluster.Cluster
	scheme   *runtime.Scheme
	fallback string
	file     *splice.File
	out      *Proposal
	steps    []planned
	// seen tells where an object stands, told which assumptions were made.
	seen    map[model.Ref]place
	told    map[string]bool
	objects int
}

// planned is a step with what orders it.
type planned struct {
	step model.Step
	rank int
}

// place is where in the text an object stands.
type place struct {
	// document counts from 0; path leads to an item of a list and is empty, or ends in a dot.
	document int
	path     string
	lines    *manifest.Lines
}

func (r *reader) document(i int) {
	tree, err := r.file.Decode(i)
	if err != nil {
		r.problem(i+1, err)
		return
	}
	at := place{document: i}
	if text, err := r.file.Text(i); err == nil {
		at.lines, _ = manifest.NewLines(text)
	}
	r.walk(tree, at, "", "", maxLists)
}

// walk reads an object, or a list of them. An item of a typed list need not say what it is.
func (r *reader) walk(tree any, at place, apiVersion, kind string, depth int) {
	object, ok := tree.(map[string]any)
	if !ok {
		r.refuse(at, "", "this is no object: it wants fields, with apiVersion, kind and metadata among them")
		return
	}
	if _, ok := object["kind"]; !ok && kind != "" {
		object["apiVersion"], object["kind"] = apiVersion, kind
	}
	apiVersion, _ = object["apiVersion"].(string)
	kind, _ = object["kind"].(string)
	items, isList := object["items"]
	if strings.HasSuffix(kind, "List") && (isList || kind == "List") {
		list, ok := items.([]any)
		if !ok && items != nil {
			r.refuse(at, "items", "this is no list")
			return
		}
		if depth == 0 {
			r.refuse(at, "", fmt.Sprintf("lists hold lists more than %d deep", maxLists))
			return
		}
		for i, item := range list {
			below := at
			below.path = fmt.Sprintf("%sitems[%d].", at.path, i)
			if r.objects > MaxObjects {
				return
			}
			implied := strings.TrimSuffix(kind, "List")
			if implied == "" {
				r.walk(item, below, "", "", depth-1)
			} else {
				r.walk(item, below, apiVersion, implied, depth-1)
			}
		}
		return
	}
	r.objects++
	r.object(object, at)
}

// line finds the line of a field, from 1.
func (r *reader) line(at place, path string) int {
	line := 1
	if at.lines != nil {
		line = at.lines.Find(strings.TrimSuffix(at.path+path, ".")).First
	}
	return r.file.Line(at.document, line)
}

// refuse notes what is wrong with a field, or with the whole object where the path is empty.
func (r *reader) refuse(at place, path, message string) {
	where := strings.TrimSuffix(at.path+path, ".")
	if where != "" {
		message = where + ": " + message
	}
	r.out.Problems = append(r.out.Problems, Problem{Document: at.document + 1, Line: r.line(at, path), Text: message})
}

// problem notes that a document cannot be read.
func (r *reader) problem(document int, err error) {
	p := Problem{Document: document, Text: err.Error()}
	var e *splice.Error
	if errors.As(err, &e) {
		p.Line, p.Text = e.Line, e.Reason
	}
	r.out.Problems = append(r.out.Problems, p)
}

// assume notes what the plan takes for granted, once.
func (r *reader) assume(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !r.told[text] {
		r.told[text] = true
		r.out.Assumptions = append(r.out.Assumptions, text)
	}
}

// finish puts the steps in order.
func (r *reader) finish() {
	inorder.SortStable(r.steps, func(a, b planned) int { return cmp.Compare(a.rank, b.rank) })
	patches := false
	for _, s := range r.steps {
		r.out.Plan.Steps = append(r.out.Plan.Steps, s.step)
		patches = patches || s.step.Verb == model.Patch
	}
	if patches {
		r.out.Assumptions = slices.Insert(r.out.Assumptions, 0, "Fields that a document leaves out stay as they are. "+
			"kubectl apply would also remove what an earlier apply set and the document no longer has.")
	}
	r.strangers()
	r.out.Plan.Title = "Apply " + r.title()
}

func (r *reader) title() string {
	switch n := len(r.steps); n {
	case 0:
		return "nothing"
	case 1:
		return r.steps[0].step.Ref.String()
	default:
		return fmt.Sprintf("%d objects", n)
	}
}

// strangers tells of namespaces that are neither there nor in the text.
func (r *reader) strangers() {
	kind := model.KindByName("Namespace")
	if r.cluster.Len(kind.GroupKind()) == 0 || r.cluster.Seen(kind.GroupKind(), "").State != model.Complete {
		return
	}
	for _, s := range r.out.Plan.Steps {
		ns := kind.Ref("", s.Ref.Namespace)
		if _, made := r.seen[ns]; s.Ref.Namespace != "" && !made && r.cluster.Get(ns) == nil {
			r.assume("There is no namespace %q yet, and the text makes none: a server refuses what is to go into it.", s.Ref.Namespace)
		}
	}
}
