// Package secrets holds the screens of Secrets: which credentials stand in the open, which Secrets there are, who can read each, what
// has it, and when certificates end. No value is in any of it.
package secrets

import (
	"canopy/ui/view"
	"canopy/ui/view/sheet"
	"canopy/ui/view/tabs"
)

// New gives the lists of a session, empty until the first snapshot.
func New(shared *view.Shared, keeper *Keeper) *tabs.Screen {
	return newScreen(shared, keeper, office{shared.Session})
}

func newScreen(shared *view.Shared, keeper *Keeper, d desk) *tabs.Screen {
	place := view.Place{Screen: view.Secrets}
	base := topic{shared: shared, keeper: keeper, desk: d, place: place}
	leaks, list, ends := &exposures{topic: base}, &inventory{base}, &certificates{base}
	s := tabs.New(shared, place, &keeper.job,
		tabs.Tab{Name: exposuresName, Side: sheet.New(shared, leaks, func(to view.Screen) *sheet.List[*exposure] {
			return sheet.NewList(shared, to, exposureSchema(shared), 0)
		})},
		tabs.Tab{Name: inventoryName, Side: sheet.New(shared, list, func(to view.Screen) *sheet.List[*entry] {
			return sheet.NewList(shared, to, inventorySchema(shared), 0)
		})},
		tabs.Tab{Name: certificatesName, Side: sheet.New(shared, ends, func(to view.Screen) *sheet.List[*certificate] {
			return sheet.NewList(shared, to, certificateSchema(shared), 0)
		})})
	leaks.screen, list.screen, ends.screen = s, s, s
	return s
}

// Open gives the screen of a place that is about one Secret; nil where it is none.
func Open(shared *view.Shared, keeper *Keeper, p view.Place) view.Screen {
	return open(shared, keeper, office{shared.Session}, p)
}

func open(shared *view.Shared, keeper *Keeper, d desk, p view.Place) view.Screen {
	if p.Screen != view.Secret || p.Object.IsZero() {
		return nil
	}
	t := &single{topic: topic{shared: shared, keeper: keeper, desk: d, place: p}}
	s := tabs.New(shared, p, &keeper.job, tabs.Tab{Name: "secret", Side: sheet.New(shared, t, func(to view.Screen) *sheet.List[*tie] {
		l := sheet.NewList(shared, to, tieSchema(shared), 0)
		l.GroupFirst("part")
		return l
	})})
	t.screen = s
	return s
}
