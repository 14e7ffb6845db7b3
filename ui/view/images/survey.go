package images

import (
	"context"
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
}

// reader lists the images that run, and the owners that can be reached from outside.
type reader func(ctx context.Context) ([]image.Image, map[model.Ref]bool, error)

// readerOf asks the session that is looked at.
func readerOf(session view.Session) reader {
	return func(ctx context.Context) (list []image.Image, owners map[model.Ref]bool, err error) {
		err = session.AskImages(ctx, func(c *cluster.Cluster, images *image.Analyser, ways *exposure.Analyser) {
			owners = ways.Owners(c)
			list = images.Images(func(owner model.Ref) bool { return owners[owner] })
		})
		return list, owners, err
	}
}

// read gives what runs as of a snapshot. Images that are as they were are the same pointers.
func (k *Keeper) read(ctx context.Context, read reader, s *view.Snapshot) (*survey, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.survey != nil && k.sequence == s.Report.Sequence {
		return k.survey, nil
	}
	list, exposed, err := read(ctx)
	if err != nil {
		return nil, err
	}
	var was map[string]*image.Image
	if k.survey != nil {
		was = k.survey.byID
	}
	now := &survey{make([]*image.Image, len(list)), exposed, make(map[string]*image.Image, len(list))}
	for n := range list {
		i, id := &list[n], idOf(&list[n])
		if old := was[id]; old != nil && same(old, i) {
			i = old
		}
		now.images[n], now.byID[id] = i, i
	}
	k.survey, k.sequence = now, s.Report.Sequence
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
