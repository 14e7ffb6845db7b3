package rbac

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	access "canopy/analysis/rbac"
	"canopy/model/inorder"
	"canopy/ui/view"
)

// parse reads a question as people type it: get secrets -n shop. Without a namespace it is about any.
func parse(typed string) (access.Words, error) {
	w := access.Words{Namespace: "*"}
	var rest []string
	words := strings.Fields(typed)
	for i := 0; i < len(words); i++ {
		word := words[i]
		name, value, has := strings.Cut(word, "=")
		switch {
		case word == "-A" || word == "--all-namespaces":
			w.Namespace = "*"
		case name == "-n" || name == "--namespace":
			if !has {
				if i++; i == len(words) {
					return w, errors.New(name + " wants a namespace")
				}
				value = words[i]
			}
			w.Namespace = value
		case strings.HasPrefix(word, "-"):
			return w, fmt.Errorf("%s is not known here: -n NAMESPACE asks of one namespace", word)
		default:
			rest = append(rest, word)
		}
	}
	if len(rest) > 2 && strings.EqualFold(rest[0], "who") && strings.EqualFold(rest[1], "can") {
		rest = rest[2:]
	}
	switch len(rest) {
	case 0:
		return w, errors.New("what may be done? For instance: get secrets -n shop")
	case 1:
		return w, errors.New("a verb and a resource are wanted, such as get secrets")
	case 2, 3:
	default:
		return w, errors.New("a verb, a resource and at the most one name are wanted, such as get secrets db")
	}
	w.Verb, w.Resource = rest[0], rest[1]
	if len(rest) == 3 {
		w.Name = rest[2]
	}
	return w, nil
}

// vocabulary is what a question can be made of.
type vocabulary struct {
	verbs, namespaces []string
	resources         []noun
}

// noun is a resource as it is typed.
type noun struct {
	name, note string
	verbs      []string
}

func (w *world) vocabulary() *vocabulary {
	v := &vocabulary{}
	verbs, spaces := map[string]bool{}, map[string]bool{}
	if w.discovery != nil {
		for _, r := range w.discovery.All() {
			n := noun{name: resourceName(r.Group, r.Resource), verbs: r.Verbs, note: "of the whole cluster"}
			if r.Namespaced {
				n.note = "in namespaces"
			}
			for _, verb := range r.Verbs {
				verbs[verb] = true
			}
			v.resources = append(v.resources, n)
		}
	}
	for ref := range w.records {
		if ref.Namespace != "" {
			spaces[ref.Namespace] = true
		}
	}
	inorder.Sort(v.resources, func(a, b noun) int { return cmp.Compare(a.name, b.name) })
	v.verbs = sortVerbs(slices.Collect(maps.Keys(verbs)))
	v.namespaces = slices.Sorted(maps.Keys(spaces))
	return v
}

// complete gives how a question could go on.
func (v *vocabulary) complete(typed string) []view.Completion {
	begun := typed[strings.LastIndexByte(typed, ' ')+1:]
	done := typed[:len(typed)-len(begun)]
	words := strings.Fields(done)
	var plain []string
	last := ""
	for _, w := range words {
		if last != "-n" && !strings.HasPrefix(w, "-") {
			plain = append(plain, w)
		}
		last = w
	}
	var out []view.Completion
	switch {
	case last == "-n" || last == "--namespace":
		for _, n := range fitting(v.namespaces, begun) {
			out = append(out, view.Completion{Line: done + n, Note: "namespace"})
		}
	case len(plain) == 0:
		for _, verb := range fitting(v.verbs, begun) {
			out = append(out, view.Completion{Line: done + verb + " ", Note: verbNote(verb)})
		}
	case len(plain) == 1:
		notes := map[string]string{}
		var names []string
		for _, r := range v.resources {
			if plain[0] == "*" || slices.Contains(r.verbs, plain[0]) || strings.HasPrefix(r.name, begun) && begun != "" {
				names = append(names, r.name)
				notes[r.name] = r.note
			}
		}
		for _, name := range fitting(names, begun) {
			out = append(out, view.Completion{Line: done + name + " ", Note: notes[name]})
		}
	case begun == "" || begun == "-" || begun == "-n":
		out = append(out, view.Completion{Line: done + "-n ", Note: "in one namespace; without it, in any"})
	}
	return out
}

// fitting gives the words that begin with what was begun, and after them those that hold it.
func fitting(words []string, begun string) []string {
	begun = strings.ToLower(begun)
	var first, then []string
	for _, w := range words {
		switch low := strings.ToLower(w); {
		case strings.HasPrefix(low, begun):
			first = append(first, w)
		case strings.Contains(low, begun):
			then = append(then, w)
		}
	}
	return append(first, then...)
}

// verbNote says what a verb means where its name does not.
func verbNote(verb string) string {
	switch verb {
	case "get":
		return "read one object by its name"
	case "list":
		return "read all objects, with their content"
	case "watch":
		return "read objects as they change, with their content"
	case "create":
		return "make new objects; for pods/exec, run a command"
	case "update", "patch":
		return "change objects"
	case "delete":
		return "remove one object"
	case "deletecollection":
		return "remove all objects at once"
	case "impersonate":
		return "act as another user, group or account"
	case "bind":
		return "bind a role without holding what is in it"
	case "escalate":
		return "write a role with more in it than one holds"
	case "approve", "sign", "attest":
		return "let a certificate be issued"
	case "use":
		return "make use of a policy"
	}
	return ""
}

// prompt lets a question be typed.
func (w *world) prompt(before string) tea.Cmd {
	return func() tea.Msg {
		v := w.vocabulary()
		return view.Ask{
			Title: "who can: ", Value: before, Hint: "such as get secrets -n shop", Complete: v.complete,
			Done: func(typed string) tea.Cmd {
				query := strings.Join(strings.Fields(typed), " ")
				if _, err := parse(query); err != nil {
					return view.Send(view.Note{Text: "who can: " + err.Error(), Bad: true})
				}
				return view.Send(view.Go{Place: view.Place{Screen: view.WhoCan, Query: query}})
			},
		}
	}
}
