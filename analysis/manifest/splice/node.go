package splice

import "go.yaml.in/yaml/v3"

type shape uint8

const (
	scalar shape = iota
	mapping
	sequence
	alias
)

// node is a part of a document that knows where it stands.
type node struct {
	shape shape
	style yaml.Style
	// start is where it begins with its anchor and tag, body where it begins without, end behind its last character: a line break is
	// never the last, nor a comment. A null that is not written has start and end behind the sign that it belongs to.
	start, body, end int
	// props is the end of anchor and tag; start where there are none.
	props  int
	anchor string
	flow   bool
	// bare tells a map of one pair in a flow list, without braces.
	bare    bool
	val     *value
	entries []*entry
	// target is what an alias stands for.
	target *node
	// tangled tells that an alias or a merge key stands in it, anchored that an anchor does.
	tangled, anchored bool
	// now is what it will hold once it is edited: nil before that, and for what goes.
	now *value
}

// entry is an item of a list or a pair of a map.
type entry struct {
	// key is nil for an item.
	key  *node
	name string
	// mark is where its dash or its colon stands, -1 where it has none.
	mark  int
	value *node
	// from is where a pair begins, with its question mark.
	from int
	// merge tells a merge key, explicit a pair that is written with a question mark.
	merge, explicit bool
}

// start is where an entry begins.
func (en *entry) start() int {
	switch {
	case en.key != nil:
		return min(en.from, en.key.start)
	case en.mark >= 0:
		return en.mark
	}
	return en.value.start
}

// end is behind the last character of an entry.
func (en *entry) end() int { return max(en.value.end, en.mark+1) }

// written tells that there is something at all where the value belongs.
func (n *node) written() bool { return n.end > n.start }

// settle notes that a node stays as it is, with all anchors in it.
func (n *node) settle() {
	n.now = n.val
	if !n.anchored {
		return
	}
	for _, en := range n.entries {
		if en.key != nil {
			en.key.settle()
		}
		en.value.settle()
	}
}

// tree is a document.
type tree struct {
	src  []byte
	root *node
	json bool
	// eol is how lines end; whole tells that the last one does.
	eol   string
	whole bool
}

// yaml gives a node of JSON as the library would, without places.
func (n *node) yaml() *yaml.Node {
	switch n.shape {
	case mapping:
		y := &yaml.Node{Kind: yaml.MappingNode}
		for _, en := range n.entries {
			y.Content = append(y.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: en.name}, en.value.yaml())
		}
		return y
	case sequence:
		return &yaml.Node{Kind: yaml.SequenceNode}
	}
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: n.val.text}
	if n.val.kind == null {
		y.Tag = "!!null"
	}
	return y
}
