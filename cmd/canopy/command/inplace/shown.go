package inplace

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/manifest/splice"
	"canopy/analysis/secret/detect"
	"canopy/model/mask"
)

// Shown gives both texts as they may be shown: line by line the same, but for values that may be secret, which are masked to the end
// of their lines. A document that cannot be read is masked as a whole.
func (f *File) Shown() (before, after string) { return shown(f.Before), shown(f.After) }

func shown(text []byte) string {
	lines := strings.Split(string(text), "\n")
	file, err := splice.Open(text)
	if err != nil {
		hide(lines, 0, len(lines)-1)
		return strings.Join(lines, "\n")
	}
	for i, d := range file.Documents() {
		first := strings.Count(string(text[:d.Start]), "\n")
		if d.Err != nil || !shownDocument(lines, first, file, i, text[d.Start:d.End]) {
			hide(lines, first, first+strings.Count(string(text[d.Start:d.End]), "\n"))
		}
	}
	return strings.Join(lines, "\n")
}

// shownDocument masks the lines of one document, of which the first stands at an index; false where it cannot be read.
func shownDocument(lines []string, first int, file *splice.File, doc int, part []byte) bool {
	tree, err := file.Decode(doc)
	object, ok := tree.(map[string]any)
	if err != nil || !ok {
		return false
	}
	var root yaml.Node
	if yaml.Unmarshal(part, &root) != nil || len(root.Content) != 1 {
		return false
	}
	masked := runtime.DeepCopyJSON(object)
	mask.Object(&unstructured.Unstructured{Object: masked}, detect.Default())
	h := &hider{lines: lines, first: first, ends: ends(&root, strings.Count(string(part), "\n")+1)}
	h.compare(root.Content[0], object, masked, nil)
	return true
}

// ends gives for each node the line, from 1, on which it ends at the latest: the one before the next node begins.
func ends(root *yaml.Node, lines int) map[*yaml.Node]int {
	var order []*yaml.Node
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode || len(n.Content) == 0 {
			order = append(order, n)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root)
	end := map[*yaml.Node]int{}
	for i, n := range order {
		end[n] = lines
		if i+1 < len(order) {
			end[n] = max(n.Line, order[i+1].Line-1)
		}
	}
	return end
}

// hider masks the lines of values that a mask takes out.
type hider struct {
	lines []string
	first int
	ends  map[*yaml.Node]int
	// following are the aliases that led here, so that none leads in a circle.
	following []*yaml.Node
}

// compare goes through what a document holds and what is left of it, and masks the lines of the difference.
func (h *hider) compare(n *yaml.Node, was, now any, key *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		if !slices.Contains(h.following, n.Alias) {
			h.following = append(h.following, n.Alias)
			h.compare(n.Alias, was, now, nil)
			h.following = h.following[:len(h.following)-1]
		}
		if scalar(was) && was != now {
			h.hide(n, key)
		}
		return
	}
	switch was := was.(type) {
	case map[string]any:
		left, ok := now.(map[string]any)
		if !ok {
			h.hide(n, key)
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			if name == "<<" {
				h.merged(n.Content[i+1], was, left)
				continue
			}
			v, kept := left[name]
			if !kept {
				h.hide(n.Content[i+1], n.Content[i])
				continue
			}
			h.compare(n.Content[i+1], was[name], v, n.Content[i])
		}
	case []any:
		left, ok := now.([]any)
		if !ok || len(left) != len(was) || len(n.Content) != len(was) {
			h.hide(n, key)
			return
		}
		for i := range was {
			h.compare(n.Content[i], was[i], left[i], nil)
		}
	default:
		if !scalar(now) || was != now {
			h.hide(n, nil)
		}
	}
}

// merged goes through the maps of a merge key.
func (h *hider) merged(n *yaml.Node, was, now map[string]any) {
	if n.Kind == yaml.SequenceNode {
		for _, c := range n.Content {
			h.merged(c, was, now)
		}
		return
	}
	h.compare(n, was, now, nil)
}

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// hide masks what a node holds, from where it begins, or its key does.
func (h *hider) hide(n, key *yaml.Node) {
	from := n
	if key != nil {
		from = key
	}
	last := n
	for len(last.Content) > 0 {
		last = last.Content[len(last.Content)-1]
	}
	at := h.first + from.Line - 1
	line := []rune(h.lines[at])
	h.lines[at] = string(line[:min(from.Column-1, len(line))]) + mask.Text
	hide(h.lines, at+1, h.first+h.ends[last]-1)
}

// hide masks whole lines; what is empty stays so.
func hide(lines []string, from, to int) {
	for i := from; i <= min(to, len(lines)-1); i++ {
		rest := strings.TrimLeft(lines[i], " \t")
		if strings.TrimRight(rest, "\r") != "" {
			lines[i] = lines[i][:len(lines[i])-len(rest)] + mask.Text
		}
	}
}
