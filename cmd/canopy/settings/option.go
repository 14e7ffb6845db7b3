package settings

import (
	"fmt"
	"time"
)

// kind is the type of a setting.
type kind int

const (
	// choice is one of a few words, theme the name of a theme, flag true or false, path that of a file.
	choice kind = iota
	theme
	flag
	path
	duration
	// namespaces is a list of names, registries one of places of images, jewels one of objects, columns a map of lists by screen, keys a map of keys by action.
	namespaces
	registries
	jewels
	columns
	keys
	// group holds other settings, contexts some of them for each context.
	group
	contexts
)

// option describes one setting.
type option struct {
	name string
	kind kind
	doc  string
	// fallback is the default as YAML; empty where the default is empty.
	fallback string
	// example is what the default file shows, behind comment signs, where the default is empty.
	example string
	// values are the words that are allowed. Known, where it is not nil, gives those that the caller knows in their place.
	values []string
	known  func(*Known) []string
	// min and max bound a duration.
	min, max time.Duration
	// global tells that a context cannot have its own.
	global bool
	// options are the settings of a group.
	options []option
	// field points to the place of the setting.
	field func(*Dashboard) any
}

// allowed lists the words that are allowed; nil where they are not known.
func (o *option) allowed(k *Known) []string {
	if o.known != nil {
		if names := o.known(k); names != nil {
			return names
		}
	}
	return o.values
}

// takes says in words what the setting takes.
func (o *option) takes() string {
	switch o.kind {
	case choice:
		return either(o.values)
	case theme:
		return either(append(o.values[:len(o.values):len(o.values)], "NAME for the file themes/NAME.yaml beside this file"))
	case flag:
		return "true or false"
	case path:
		return "a path that begins with / or ~/"
	case duration:
		return fmt.Sprintf("a duration from %s to %s, such as %s", short(o.min), short(o.max), o.fallback)
	case registries:
		return "a list of registries and paths in them"
	case jewels:
		return "a list of objects, as shop/Secret/db, Node/n1, Namespace/shop or sa:shop/web"
	case namespaces:
		return "a list of names"
	case columns:
		return "for each screen a list of columns"
	case keys:
		return "for each action a key or a list of keys"
	case contexts:
		return "for each context settings"
	}
	return "settings"
}

// short writes a duration that is whole in one unit without the zeros of the smaller ones.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return d.String()
}

// find gives the setting of a name, nil where there is none.
func find(table []option, name string) *option {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

// names lists the settings of a table.
func names(table []option) []string {
	list := make([]string, len(table))
	for i := range table {
		list[i] = table[i].name
	}
	return list
}
