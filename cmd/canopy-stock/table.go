package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// table is what the file holds. Its form is told by analysis/rbac/stock/decode.go, which reads it.
type table struct {
	date    string
	minors  []string
	objects map[key]*object
}

// key names an object.
type key struct{ kind, namespace, name string }

// object is one object through all minor versions: the lines that make it, in an order in which those of every version are in theirs.
type object struct {
	minors []int
	lines  []line
}

type line struct {
	text   string
	minors []int
}

func newTable(date string) *table { return &table{date: date, objects: map[key]*object{}} }

// add merges the objects of a minor version.
func (t *table) add(s source, d *dump) error {
	digest := newDigest()
	put := func(kind string, meta metav1.ObjectMeta, lines []string, content ...any) error {
		labels, err := describeLabels(meta)
		if err != nil {
			return fmt.Errorf("%s %s: %w", kind, meta.Name, err)
		}
		lines = append(labels, lines...)
		for _, l := range lines {
			if strings.ContainsAny(l, "\n\t#") || strings.Contains(l, "  ") || strings.HasSuffix(l, " ") {
				return fmt.Errorf("%s %s: %q cannot be written", kind, meta.Name, l)
			}
		}
		k := key{kind, meta.Namespace, meta.Name}
		if t.objects[k] == nil {
			t.objects[k] = &object{}
		}
		digest.add(k, meta, content)
		return t.objects[k].add(s.minor, lines)
	}
	for _, r := range d.ClusterRoles {
		lines, err := describeRules(r.Rules, r.AggregationRule)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		if aggregated := slices.Contains(d.Aggregated, r.Name); aggregated != (r.AggregationRule != nil) {
			return fmt.Errorf("%s: is aggregated: %v, by its rule %v", r.Name, aggregated, r.AggregationRule)
		}
		if err := put("ClusterRole", r.ObjectMeta, lines, r.Rules, r.AggregationRule); err != nil {
			return err
		}
	}
	for _, r := range d.Roles {
		lines, err := describeRules(r.Rules, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		if err := put("Role", r.ObjectMeta, lines, r.Rules); err != nil {
			return err
		}
	}
	for _, b := range d.ClusterRoleBindings {
		if err := put("ClusterRoleBinding", b.ObjectMeta, describeBinding(b.RoleRef, b.Subjects), b.RoleRef, b.Subjects); err != nil {
			return err
		}
	}
	for _, b := range d.RoleBindings {
		if err := put("RoleBinding", b.ObjectMeta, describeBinding(b.RoleRef, b.Subjects), b.RoleRef, b.Subjects); err != nil {
			return err
		}
	}
	t.minors = append(t.minors, fmt.Sprintf("minor %d v%s %s", s.minor, s.version, digest.sum()))
	return nil
}

// add merges the lines of one more version, and sees to it that they can be had back.
func (o *object) add(minor int, lines []string) error {
	if slices.Contains(o.minors, minor) {
		return fmt.Errorf("version %d has it twice", minor)
	}
	o.minors = append(o.minors, minor)
	o.lines = merge(o.lines, lines, minor)
	var back []string
	for _, l := range o.lines {
		if slices.Contains(l.minors, minor) {
			back = append(back, l.text)
		}
	}
	if !slices.Equal(back, lines) {
		return fmt.Errorf("version %d: %q became %q", minor, lines, back)
	}
	return nil
}

// String is the file: objects by kind, namespace and name. Versions are told where they are not all, or not those of the object.
func (t *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The RBAC objects that a Kubernetes API server creates at its start, with default feature gates, by minor version.\n")
	fmt.Fprintf(&b, "# Written by cmd/canopy-stock from k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy. Do not edit.\n")
	fmt.Fprintf(&b, "date %s\n%s\n", t.date, strings.Join(t.minors, "\n"))
	var all []int
	for _, s := range sources {
		all = append(all, s.minor)
	}
	keys := slices.SortedFunc(maps.Keys(t.objects), func(x, y key) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.namespace, y.namespace), cmp.Compare(x.name, y.name))
	})
	for _, k := range keys {
		o := t.objects[k]
		name := k.name
		if k.namespace != "" {
			name = k.namespace + "/" + k.name
		}
		b.WriteString(k.kind + " " + name + versions(o.minors, all) + "\n")
		for _, l := range o.lines {
			b.WriteString("\t" + l.text + versions(l.minors, o.minors) + "\n")
		}
	}
	return b.String()
}

// versions writes minor versions as ranges, or nothing where they are the usual ones.
func versions(minors, usual []int) string {
	if slices.Equal(minors, usual) {
		return ""
	}
	var ranges []string
	for i := 0; i < len(minors); {
		j := i
		for j+1 < len(minors) && minors[j+1] == minors[j]+1 {
			j++
		}
		if i == j {
			ranges = append(ranges, fmt.Sprint(minors[i]))
		} else {
			ranges = append(ranges, fmt.Sprintf("%d-%d", minors[i], minors[j]))
		}
		i = j + 1
	}
	return " #" + strings.Join(ranges, ",")
}
