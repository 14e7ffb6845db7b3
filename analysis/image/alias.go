package image

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model/cluster"
	"canopy/model/record"
)

// alias is one image as nodes list it: all names in one line are of the same image.
type alias struct {
	names []string
	size  int64
	// lines counts those of nodes that say so.
	lines int
	// where counts them by node. It is nil where all names are of one digest, as most are: such a line tells of no other.
	where map[string]int
}

// digests goes through those that the names name, one after another; one may come twice.
func (al *alias) digests() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range al.names {
			if digest, _ := reference.Running(name); digest != "" && !yield(digest) {
				return
			}
		}
	}
}

// machine is what is known of a node.
type machine struct {
	// architecture, system and runtime are "amd64", "linux" and "containerd"; "" where the node does not tell.
	architecture, system, runtime string
	// platform is the two as scanners name it, "linux/amd64"; "" where the node does not tell. Nodes of tests and old ones name no system
	// but have one.
	platform string
	aliases  []*alias
}

// updateNode takes a node. Kubelets list no more than fifty images, so that one is listed proves something, and that one is not
// proves nothing.
func (a *Analyser) updateNode(d cluster.Delta) {
	_, after := cluster.Cast[*record.Typed[*corev1.Node]](d)
	old := a.machines[d.Ref.Name]
	var now *machine
	if after != nil {
		status := &after.Object.Status
		now = &machine{architecture: status.NodeInfo.Architecture, system: status.NodeInfo.OperatingSystem}
		now.runtime, _, _ = strings.Cut(status.NodeInfo.ContainerRuntimeVersion, "://")
		if now.architecture != "" {
			now.platform = cmp.Or(now.system, "linux") + "/" + now.architecture
			if old != nil && old.platform == now.platform {
				now.platform = old.platform
			}
		}
		for i := range status.Images {
			if al := a.list(&status.Images[i], d.Ref.Name); al != nil {
				now.aliases = append(now.aliases, al)
			}
		}
		a.machines[d.Ref.Name] = now
	} else {
		delete(a.machines, d.Ref.Name)
	}
	if old != nil {
		for _, al := range old.aliases {
			a.unlist(al, d.Ref.Name)
		}
	}
	if old == nil || now == nil || old.architecture != now.architecture || old.system != now.system {
		a.dirty.machines[d.Ref.Name] = struct{}{}
	}
	if old == nil || now == nil || old.architecture != now.architecture || old.runtime != now.runtime {
		a.dirty.allTags = true
	}
}

// list notes a line of a node; nil where it names no digest, and thus tells nothing.
func (a *Analyser) list(line *corev1.ContainerImage, node string) *alias {
	if !slices.ContainsFunc(line.Names, func(n string) bool { return strings.Contains(n, "@") }) {
		return nil
	}
	sum := a.sum(line.Names, line.SizeBytes)
	al := a.aliases.find(sum, func(al *alias) bool { return al.size == line.SizeBytes && slices.Equal(al.names, line.Names) })
	if al == nil {
		al = &alias{names: line.Names, size: line.SizeBytes}
		a.aliases.put(sum, al)
		first := ""
		for digest := range al.digests() {
			index(a.aliased, digest, al, true)
			if first = cmp.Or(first, digest); digest != first && al.where == nil {
				al.where = map[string]int{}
			}
		}
	}
	al.lines++
	if al.where != nil {
		al.where[node]++
	}
	if al.lines == 1 || al.where[node] == 1 {
		a.touchAlias(al)
	}
	return al
}

// sum adds up what lines are told apart by.
func (a *Analyser) sum(names []string, size int64) uint64 {
	var h maphash.Hash
	h.SetSeed(a.seed)
	maphash.WriteComparable(&h, size)
	for _, name := range names {
		h.WriteString(name)
	}
	return h.Sum64()
}

func (a *Analyser) unlist(al *alias, node string) {
	al.lines--
	gone := false
	if al.where != nil {
		if al.where[node]--; al.where[node] == 0 {
			delete(al.where, node)
			gone = true
		}
	}
	if al.lines == 0 {
		a.aliases.drop(a.sum(al.names, al.size), al)
		for digest := range al.digests() {
			index(a.aliased, digest, al, false)
		}
	}
	if gone || al.lines == 0 {
		a.touchAlias(al)
	}
}

func (a *Analyser) touchAlias(al *alias) {
	for digest := range al.digests() {
		if it := a.items[digest]; it != nil {
			a.touchItem(it)
		}
	}
}

// touchItem has an image judged anew, and whether its tags are of one image.
func (a *Analyser) touchItem(it *item) {
	a.dirty.items[it] = struct{}{}
	for u := range it.uses.all() {
		if t := u.slot.tagged; t != "" {
			a.dirty.tags[t] = struct{}{}
		}
	}
}

// touchDigest has all images judged anew that a digest is known to be of.
func (a *Analyser) touchDigest(digest string) {
	if it := a.items[digest]; it != nil {
		a.touchItem(it)
	}
	for al := range a.aliased[digest].all() {
		a.touchAlias(al)
	}
	for it := range a.pinned[digest].all() {
		a.touchItem(it)
	}
}

// callings gives what nodes call an image besides what specs do, sorted, and its size.
func (a *Analyser) callings(it *item) (names []string, size int64) {
	known := map[string]struct{}{}
	list := a.aliased[it.digest()]
	if list.one == nil {
		return nil, 0
	}
	for u := range it.uses.all() {
		known[u.slot.parsed.String()] = struct{}{}
		known[u.slot.parsed.Tagged()] = struct{}{}
	}
	for al := range list.all() {
		size = max(size, al.size)
		for _, name := range al.names {
			normal := name
			if r, err := reference.Parse(name); err == nil {
				normal = r.String()
			}
			if _, ok := known[normal]; !ok && !strings.HasSuffix(name, "@"+it.digest()) && normal != "" {
				names = append(names, normal)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), size
}

// machine finds what is known of a node: nothing where it was not seen.
func (a *Analyser) machine(node string) *machine {
	if m := a.machines[node]; m != nil {
		return m
	}
	return &machine{}
}
