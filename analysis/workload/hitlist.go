package workload

import "slices"

// hitList is the hits of one or more judgements. It is immutable but for the number of those that hold it.
type hitList struct {
	hits  []hit
	hash  uint64
	users int
}

// hitLists finds lists by hash. Most workloads of a cluster leave out the same few things, so that few lists serve all.
type hitLists map[uint64][]*hitList

// acquire gives the list that equals the given hits, and keeps it until release.
func (l hitLists) acquire(hash uint64, hits []hit) *hitList {
	for _, list := range l[hash] {
		if slices.Equal(list.hits, hits) {
			list.users++
			return list
		}
	}
	list := &hitList{hits: hits, hash: hash, users: 1}
	l[hash] = append(l[hash], list)
	return list
}

// release ends one use of a list.
func (l hitLists) release(list *hitList) {
	if list.users--; list.users > 0 {
		return
	}
	rest := slices.DeleteFunc(l[list.hash], func(other *hitList) bool { return other == list })
	if len(rest) == 0 {
		delete(l, list.hash)
	} else {
		l[list.hash] = rest
	}
}
