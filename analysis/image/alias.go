package image

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model/cluster"
	"canopy/model/record"
)

// alias is one image as nodes list it: all names in one line are of the same image.
type alias struct {
	names, digests []string
	size           int64
	// nodes counts those that list it so.
	nodes int
}

// machine is what is known of a node.
type machine struct {
	// architecture, system and runtime are "amd64", "linux" and "containerd"; "" where the node does not tell.
	architecture, system, runtime string
	aliases                       []string
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
		for i := range status.Images {
			if key := a.list(&status.Images[i]); key != "" {
				now.aliases = append(now.aliases, key)
			}
		}
		a.machines[d.Ref.Name] = now
	} else {
		delete(a.machines, d.Ref.Name)
	}
	if old != nil {
		for _, key := range old.aliases {
			a.unlist(key)
		}
	}
	if old == nil || now == nil || old.architecture != now.architecture || old.system != now.system {
		a.dirty.machines[d.Ref.Name] = struct{}{}
	}
	if old == nil || now == nil || old.architecture != now.architecture || old.runtime != now.runtime {
		a.dirty.allGroups = true
	}
}

// list notes a line of a node; its key is "" where it names no digest, and thus tells nothing.
func (a *Analyser) list(line *corev1.ContainerImage) string {
	if !slices.ContainsFunc(line.Names, func(n string) bool { return strings.Contains(n, "@") }) {
		return ""
	}
	key := strings.Join(line.Names, "\n") + "\n" + strconv.FormatInt(line.SizeBytes, 10)
	al := a.aliases[key]
	if al == nil {
		al = &alias{names: line.Names, size: line.SizeBytes}
		for _, name := range line.Names {
			if _, digest, _ := reference.ParseID(name); digest != "" && !slices.Contains(al.digests, digest) {
				al.digests = append(al.digests, digest)
			}
		}
		a.aliases[key] = al
		for _, digest := range al.digests {
			set := a.aliased[digest]
			if set == nil {
				set = map[*alias]struct{}{}
				a.aliased[digest] = set
			}
			set[al] = struct{}{}
		}
		a.touchAlias(al)
	}
	al.nodes++
	return key
}

func (a *Analyser) unlist(key string) {
	al := a.aliases[key]
	if al.nodes--; al.nodes > 0 {
		return
	}
	delete(a.aliases, key)
	for _, digest := range al.digests {
		if delete(a.aliased[digest], al); len(a.aliased[digest]) == 0 {
			delete(a.aliased, digest)
		}
	}
	a.touchAlias(al)
}

func (a *Analyser) touchAlias(al *alias) {
	for _, digest := range al.digests {
		if it := a.items[digest]; it != nil {
			a.touchItem(it)
		}
	}
}

// touchItem has an image judged anew, and whether its tags are of one image.
func (a *Analyser) touchItem(it *item) {
	a.dirty.items[it] = struct{}{}
	for u := range it.uses {
		if t := u.tagged(); t != "" {
			a.dirty.groups[t] = struct{}{}
		}
	}
}

// touchDigest has all images judged anew that a digest is known to be of.
func (a *Analyser) touchDigest(digest string) {
	if it := a.items[digest]; it != nil {
		a.touchItem(it)
	}
	for al := range a.aliased[digest] {
		a.touchAlias(al)
	}
	for it := range a.pinned[digest] {
		a.touchItem(it)
	}
}

// twins lists the digests that nodes list for the same image as one, without it, sorted.
func (a *Analyser) twins(digest string) (all []string) {
	for al := range a.aliased[digest] {
		for _, d := range al.digests {
			if d != digest {
				all = append(all, d)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// callings gives what nodes call an image besides what specs do, sorted, and its size.
func (a *Analyser) callings(it *item) (names []string, size int64) {
	known := map[string]struct{}{}
	for u := range it.uses {
		known[u.parsed.String()] = struct{}{}
		known[u.parsed.Tagged()] = struct{}{}
	}
	for al := range a.aliased[it.digest] {
		size = max(size, al.size)
		for _, name := range al.names {
			normal := name
			if r, err := reference.Parse(name); err == nil {
				normal = r.String()
			}
			if _, ok := known[normal]; !ok && !strings.HasSuffix(name, "@"+it.digest) && normal != "" {
				names = append(names, normal)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), size
}

// platform is the machine's as scanners name it; "" where the node does not tell. Nodes of tests and old ones name no system but have one.
func (m *machine) platform() string {
	if m.architecture == "" {
		return ""
	}
	return cmp.Or(m.system, "linux") + "/" + m.architecture
}

// machine finds what is known of a node: nothing where it was not seen.
func (a *Analyser) machine(node string) *machine {
	if m := a.machines[node]; m != nil {
		return m
	}
	return &machine{}
}
