package image

import (
	"slices"

	"canopy/analysis/image/reference"
	"canopy/model/record"
)

// twins lists the digests that nodes list for the same image as that of an image, without it, sorted. A node proves it that runs the image
// and calls both by the repository of it; what another node says, which whoever holds that node may write, proves nothing, nor what stands
// under another repository. Why a digest proves nothing stands in hearsay.
func (a *Analyser) twins(it *item) (proven []string, hearsay map[string]string) {
	for al := range a.aliased[it.id].all() {
		if al.where == nil {
			continue
		}
		runs := it.runsOn(al.where)
		for _, name := range al.names {
			digest, _ := reference.Running(name)
			if digest == "" || digest == it.id {
				continue
			}
			if runs && it.called(name) {
				proven = append(proven, digest)
				continue
			}
			why := "node " + brief(least(al.where)) + " lists the scanned " + short(digest) + " as a digest of the same image, but "
			if runs {
				why += "under another repository: " + brief(name)
			} else {
				why += "no pod that runs the image is known to be there"
			}
			if hearsay == nil {
				hearsay = map[string]string{}
			}
			if old, ok := hearsay[digest]; !ok || why < old {
				hearsay[digest] = why
			}
		}
	}
	slices.Sort(proven)
	proven = slices.Compact(proven)
	for _, digest := range proven {
		delete(hearsay, digest)
	}
	return proven, hearsay
}

// runsOn tells that one of some nodes runs an image.
func (it *item) runsOn(nodes map[string]int) bool {
	for u := range it.uses.all() {
		for h := range u.homes.all() {
			for _, one := range h.residents {
				if nodes[one.pod.Node()] > 0 {
					return true
				}
			}
		}
	}
	return false
}

// called tells that a name is of a repository by which a spec calls an image.
func (it *item) called(name string) bool {
	r, err := reference.Parse(name)
	if err != nil || r.Repository == "" {
		return false
	}
	for u := range it.uses.all() {
		if p := &u.slot.parsed; p.Repository == r.Repository && p.Registry == r.Registry {
			return true
		}
	}
	return false
}

func least(nodes map[string]int) (first string) {
	for n := range nodes {
		if first == "" || n < first {
			first = n
		}
	}
	return first
}

// isTwin tells that a digest is proven to be another one of an image.
func (a *Analyser) isTwin(it *item, digest string) bool {
	proven, _ := a.twins(it)
	return slices.Contains(proven, digest)
}

// touchTwins has the images judged anew that a household runs and of which nodes list several digests: which of them count depends on where
// its pods are.
func (a *Analyser) touchTwins(home *household) {
	for i := range home.entries {
		it := home.entries[i].use.item
		for al := range a.aliased[it.id].all() {
			if al.where != nil {
				a.touchItem(it)
				break
			}
		}
	}
}

// hearsayOf says that a report proves nothing which only hearsay ties to an image, and neither does that its scan failed.
func hearsayOf(e Evidence, s *scan, hearsay map[string]string) Evidence {
	at := slices.IndexFunc(s.digests, func(d record.ScanDigest) bool { return hearsay[d.Digest] != "" })
	e.Digest = s.digests[at].Digest
	e.Verdict, e.Reason = NoEvidence, hearsay[e.Digest]
	return e
}
