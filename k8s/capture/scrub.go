package capture

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
)

// scrubYAML replaces, in the text itself, what must not be kept by empty strings, and keeps every line where it is. It
// gives up on texts with anchors, tags or values that share a line.
func scrubYAML(data []byte) ([]byte, bool) {
	root, err := parseYAML(data)
	if err != nil {
		return nil, false
	}
	var s yamlScrub
	if s.walk(root, false); s.odd {
		return nil, false
	}
	if len(s.hide) == 0 {
		return data, true
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	for _, i := range s.hide {
		n := s.order[i]
		end := len(lines) + 1
		for _, next := range s.order[i+1:] {
			if !within(n, next) {
				end = next.Line
				break
			}
		}
		if end <= n.Line || n.Line > len(lines) {
			return nil, false
		}
		first := lines[n.Line-1]
		at, ok := byteColumn(first, n.Column)
		if !ok {
			return nil, false
		}
		lines[n.Line-1] = append(bytes.Clone(first[:at]), "\"\"\n"...)
		for l := n.Line; l < end-1; l++ {
			lines[l] = []byte("\n")
		}
	}
	clean := bytes.Join(lines, nil)
	// Whether it was understood rightly shows when it is read again.
	again, err := parseYAML(clean)
	if err != nil {
		return nil, false
	}
	var check yamlScrub
	if check.walk(again, false); check.odd || check.full || len(check.order) != len(s.order) {
		return nil, false
	}
	return clean, true
}

func byteColumn(line []byte, column int) (int, bool) {
	at := 0
	for range column - 1 {
		if at >= len(line) {
			return 0, false
		}
		_, n := utf8.DecodeRune(line[at:])
		at += n
	}
	return at, at < len(line)
}

// yamlScrub finds the nodes to hide.
type yamlScrub struct {
	order []*yaml.Node
	hide  []int
	odd   bool
	// full tells that a node to hide holds something.
	full bool
}

func (s *yamlScrub) walk(n *yaml.Node, hidden bool) {
	if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0 {
		s.odd = true
		return
	}
	s.order = append(s.order, n)
	if hidden {
		if n.Kind != yaml.ScalarNode {
			s.odd = true
			return
		}
		s.hide = append(s.hide, len(s.order)-1)
		s.full = s.full || n.Value != ""
		return
	}
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			s.walk(c, false)
		}
		return
	}
	secret := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		secret = secret || n.Content[i].Value == "kind" && n.Content[i+1].Value == "Secret"
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		s.walk(k, false)
		if secret && (k.Value == "data" || k.Value == "stringData") {
			if v.Kind == yaml.MappingNode {
				s.order = append(s.order, v)
				for j := 0; j+1 < len(v.Content); j += 2 {
					s.walk(v.Content[j], false)
					s.walk(v.Content[j+1], true)
				}
				continue
			}
			s.walk(v, v.Kind != yaml.ScalarNode || v.Value != "" && v.ShortTag() != "!!null")
			continue
		}
		s.walk(v, k.Value == corev1.LastAppliedConfigAnnotation)
	}
}

// within tells that node next stands below n. Only scalars are hidden, and they hold nothing.
func within(n, next *yaml.Node) bool { return n == next }

// scrubJSON does the same for JSON: a hidden value becomes an empty string and blanks.
func scrubJSON(data []byte) ([]byte, bool) {
	root, ok := parsePlaces(data)
	if !ok {
		return nil, false
	}
	var hide []*place
	hideJSON(root, &hide)
	if len(hide) == 0 {
		return data, true
	}
	clean := bytes.Clone(data)
	for _, p := range hide {
		if p.end-p.start < 2 {
			return nil, false
		}
		for i := p.start; i < p.end; i++ {
			if clean[i] != '\n' && clean[i] != '\r' {
				clean[i] = ' '
			}
		}
		clean[p.start], clean[p.start+1] = '"', '"'
	}
	return clean, true
}

func hideJSON(p *place, hide *[]*place) {
	secret := false
	for _, c := range p.below {
		secret = secret || c.key == "kind" && c.text == "Secret"
	}
	for _, c := range p.below {
		switch {
		case c.key == corev1.LastAppliedConfigAnnotation:
			*hide = append(*hide, c)
		case secret && (c.key == "data" || c.key == "stringData"):
			if !c.object {
				if c.text != "" || len(c.below) > 0 {
					*hide = append(*hide, c)
				}
				continue
			}
			*hide = append(*hide, c.below...)
		default:
			hideJSON(c, hide)
		}
	}
}
