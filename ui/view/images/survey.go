package images

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"

	"canopy/analysis/exposure"
	"canopy/analysis/image"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/view"
	"canopy/ui/view/work"
)

// Keeper keeps what the screens of one session have read of its images, and what is scanned on demand. The zero value is ready.
type Keeper struct {
	mutex sync.Mutex
	// survey is that as of the report with this sequence number.
	survey   *survey
	sequence uint64
	// state is what the analysers were at then; sure tells that two reports were read in it. What is asked between a change and the next
	// look at the ways in is in the new state already, and may miss what follows from the change.
	state state
	sure  bool
	// newest is the same survey, for those who must not wait for the next.
	newest atomic.Pointer[survey]
	job    work.Job
}

// Stop ends what is scanned on demand.
func (k *Keeper) Stop() { k.job.Stop() }

// survey is what runs. It is immutable.
type survey struct {
	images []*image.Image
	// exposed are the owners of pods that can be reached from outside.
	exposed map[model.Ref]bool
	// byID finds images.
	byID map[string]*image.Image
	// signing is what policies demand, by namespace.
	signing map[string]*image.Signing
}

// state tells whether the analysers of images, and of the ways in, may say something else than they did.
type state struct{ images, ways uint64 }

// reading is what a reader gives: the images that run, and the owners that can be reached from outside.
type reading struct {
	state   state
	images  []image.Image
	exposed map[model.Ref]bool
	signing []image.Signing
}

// reader asks what runs; nil where that is as it was in a state.
type reader func(ctx context.Context, was *state) (*reading, error)

// readerOf asks the session that is looked at.
func readerOf(session view.Session) reader {
	return func(ctx context.Context, was *state) (now *reading, err error) {
		err = session.AskImages(ctx, func(c *cluster.Cluster, images *image.Analyser, ways *exposure.Analyser) {
			at := state{images.Version(), ways.Version()}
			if was != nil && *was == at {
				return
			}
			owners := ways.Owners(c)
			now = &reading{at, images.Images(func(owner model.Ref) bool { return owners[owner] }), owners, images.Signing()}
		})
		return now, err
	}
}

// read gives what runs as of a snapshot. Images that are as they were are the same pointers.
func (k *Keeper) read(ctx context.Context, read reader, s *view.Snapshot) (*survey, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.survey != nil && k.sequence == s.Report.Sequence {
		return k.survey, nil
	}
	var before *state
	var was map[string]*image.Image
	if k.survey != nil {
		was = k.survey.byID
	}
	if k.sure {
		before = &k.state
	}
	found, err := read(ctx, before)
	if err != nil {
		return nil, err
	}
	if found == nil {
		k.sequence = s.Report.Sequence
		return k.survey, nil
	}
	list := found.images
	now := &survey{
		images: make([]*image.Image, len(list)), exposed: found.exposed, byID: make(map[string]*image.Image, len(list)),
		signing: make(map[string]*image.Signing, len(found.signing)),
	}
	for n := range found.signing {
		one := &found.signing[n]
		if k.survey != nil {
			if old := k.survey.signing[one.Namespace]; old != nil && reflect.DeepEqual(old, one) {
				one = old
			}
		}
		now.signing[one.Namespace] = one
	}
	for n := range list {
		i, id := &list[n], idOf(&list[n])
		if old := was[id]; old != nil && same(old, i) {
			i = old
		}
		now.images[n], now.byID[id] = i, i
	}
	k.sure = k.survey != nil && k.state == found.state
	k.survey, k.sequence, k.state = now, s.Report.Sequence, found.state
	k.newest.Store(now)
	return now, nil
}

// name is what an image is called, as far as was read; else its digest.
func (k *Keeper) name(id string) string {
	if s := k.newest.Load(); s != nil {
		if i := s.byID[id]; i != nil && i.Name != "" {
			return brief(i.Name)
		}
	}
	return id
}
