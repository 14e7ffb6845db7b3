package image

import (
	"slices"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// filing is what a report is filed under: a container of a workload.
type filing struct {
	workload  model.Ref
	container string
}

// scan is a report with what it names, read once.
type scan struct {
	*record.Scan
	ref model.Ref
	// digests are all that it names; the last is that of its reference, where it names another.
	digests []record.ScanDigest
	// tagged is the reference it was scanned by, as a registry is asked; "" where that pins a digest or cannot be read. name is that
	// without the tag.
	tagged, name string
}

// shelf holds the reports, found by what they name.
type shelf struct {
	all      map[model.Ref]*scan
	byDigest map[string][]*scan
	byTag    map[string][]*scan
	filed    map[filing][]*scan
	// built counts those that tell when an image was made, counted those that tell how much was found.
	built, counted int
}

func newShelf() shelf {
	return shelf{all: map[model.Ref]*scan{}, byDigest: map[string][]*scan{}, byTag: map[string][]*scan{}, filed: map[filing][]*scan{}}
}

func readScan(ref model.Ref, of *record.Scan) *scan {
	s := &scan{Scan: of, ref: ref, digests: of.Digests}
	r, err := reference.Parse(of.Image)
	if err != nil {
		return s
	}
	s.name = r.Name()
	if r.Digest == "" {
		s.tagged = r.Tagged()
	} else if !slices.ContainsFunc(of.Digests, func(d record.ScanDigest) bool { return d.Digest == r.Digest }) {
		s.digests = append(slices.Clip(of.Digests), record.ScanDigest{Digest: r.Digest})
	}
	return s
}

// at is when a report says that it scanned, or else when it was made; 0 where neither is known.
func (s *scan) at() int64 {
	if s.Scanned != 0 {
		return s.Scanned
	}
	return s.Created
}

// made is when the image was; 0 where the report does not tell, or tells what cannot be: builds that are the same whenever they are
// made write a date before there were images.
func (s *scan) made() int64 {
	if s.Built < firstImages {
		return 0
	}
	return s.Built
}

// counts tells that a report says how much was found in a whole image.
func (s *scan) counts() bool { return s.Counts != nil && !s.Filtered && s.Failed == "" }

// firstImages is the 20th of March 2013, when Docker was first shown.
const firstImages = 1363737600

func (sh *shelf) put(s *scan) {
	sh.all[s.ref] = s
	for _, d := range s.digests {
		sh.byDigest[d.Digest] = append(sh.byDigest[d.Digest], s)
	}
	if s.tagged != "" {
		sh.byTag[s.tagged] = append(sh.byTag[s.tagged], s)
	}
	if !s.Workload.IsZero() {
		key := filing{s.Workload, s.Container}
		sh.filed[key] = append(sh.filed[key], s)
	}
	if s.made() != 0 {
		sh.built++
	}
	if s.counts() {
		sh.counted++
	}
}

func (sh *shelf) take(s *scan) {
	delete(sh.all, s.ref)
	for _, d := range s.digests {
		without(sh.byDigest, d.Digest, s)
	}
	without(sh.byTag, s.tagged, s)
	without(sh.filed, filing{s.Workload, s.Container}, s)
	if s.made() != 0 {
		sh.built--
	}
	if s.counts() {
		sh.counted--
	}
}

// without takes a report out of a list.
func without[K comparable](lists map[K][]*scan, key K, s *scan) {
	list := lists[key]
	i := slices.Index(list, s)
	if i < 0 {
		return
	}
	last := len(list) - 1
	list[i], list[last] = list[last], nil
	if last == 0 {
		delete(lists, key)
		return
	}
	lists[key] = list[:last]
}

// updateScan takes a report.
func (a *Analyser) updateScan(c *cluster.Cluster, d cluster.Delta) {
	_, after := cluster.Cast[*record.Scan](d)
	before := len(a.shelf.all)
	if old := a.shelf.all[d.Ref]; old != nil {
		a.shelf.take(old)
		a.touchScan(c, old)
	}
	if after != nil {
		s := readScan(d.Ref, after)
		a.shelf.put(s)
		a.touchScan(c, s)
	}
	if (before == 0) != (len(a.shelf.all) == 0) {
		// What is said of an image without evidence is another thing where nobody scans at all.
		a.dirty.allItems = true
		// How grave it is too, whether or not the words are others.
		a.touchOwners()
	}
}

// touchScan has all images judged anew that a report may be of.
func (a *Analyser) touchScan(c *cluster.Cluster, s *scan) {
	for _, d := range s.digests {
		a.touchDigest(d.Digest)
	}
	for u := range a.tags[s.tagged].all() {
		a.dirty.items[u.item] = struct{}{}
	}
	if !s.Workload.IsZero() {
		a.touchFiled(c, s.Workload, s.Container, 0)
	}
}

// touchFiled has the images judged anew that a container runs in the pods below a workload; "" is any container.
func (a *Analyser) touchFiled(c *cluster.Cluster, workload model.Ref, container string, depth int) {
	if depth > climb {
		return
	}
	if workload.Kind == "Pod" && workload.Group == "" {
		a.touchContainer(a.resident(workload), container)
		return
	}
	for _, child := range c.Children(workload) {
		a.touchFiled(c, child.Ref(), container, depth+1)
	}
}

func (a *Analyser) touchContainer(h *resident, container string) {
	if h == nil {
		return
	}
	for i := range h.home.entries {
		if e := &h.home.entries[i]; container == "" || e.slot.name == container {
			a.dirty.items[e.use.item] = struct{}{}
		}
	}
}
