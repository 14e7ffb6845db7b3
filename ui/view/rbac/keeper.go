package rbac

import (
	"context"
	"sync"

	"canopy/model"
	"canopy/ui/view"
)

// Keeper keeps the newest world for all screens of one session: what one of them has read the others need not. The zero
// value is ready.
type Keeper struct {
	mutex sync.Mutex
	world *world
	// report and shown are what it was compared with last.
	report *model.Report
	shown  view.Namespaces
}

// next gives the world of a snapshot. Commands call it.
func (k *Keeper) next(ctx context.Context, session view.Session, now *view.Snapshot) (*world, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.world == nil {
		k.world = newWorld()
	}
	if k.report == now.Report && k.shown.Equal(now.Namespaces) {
		return k.world, nil
	}
	w, err := k.world.next(ctx, session, now)
	if err != nil {
		return nil, err
	}
	k.world, k.report, k.shown = w, now.Report, now.Namespaces
	return w, nil
}
