package rbac_test

import (
	"fmt"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/rbac"
	"canopy/ui/view/viewtest"
)

func TestGolden(t *testing.T) {
	session := viewtest.Cluster(t)
	web := model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}
	for name, make := range map[string]func(look *view.Shared) (view.Screen, []keys.Action){
		"subjects": func(look *view.Shared) (view.Screen, []keys.Action) { return rbac.New(look, &rbac.Keeper{}), nil },
		"grants": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.New(look, &rbac.Keeper{}), []keys.Action{keys.Down, keys.Down, keys.Open}
		},
		"through": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.New(look, &rbac.Keeper{}), []keys.Action{keys.Down, keys.Down, keys.Open, keys.Open}
		},
		"bindings": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.New(look, &rbac.Keeper{}), []keys.Action{keys.Turn}
		},
		"roles": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.New(look, &rbac.Keeper{}), []keys.Action{keys.Turn, keys.Turn, keys.Open}
		},
		"apart": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.New(look, &rbac.Keeper{}), []keys.Action{keys.Expand, keys.PrevPane}
		},
		"who-can": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.NewWhoCan(look, &rbac.Keeper{}, "get secrets -n shop"), nil
		},
		"matrix": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.NewMatrix(look, &rbac.Keeper{}, web), nil
		},
		"difference": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.NewDifference(look, &rbac.Keeper{}, web, model.Subject{Kind: model.GroupSubject, Name: "dev"}), nil
		},
		"picture": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.NewPicture(look, &rbac.Keeper{}, web), nil
		},
		"proof": func(look *view.Shared) (view.Screen, []keys.Action) {
			return rbac.NewGrants(look, &rbac.Keeper{}, view.Place{Screen: view.Grants, Subject: web, Query: "pods/exec -n data"}), nil
		},
	} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {100, 25}, {120, 35}, {160, 40}, {200, 55}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				look := shared(session)
				screen, actions := make(look)
				s := show(session, t, look, screen, size[0], size[1])
				s.press(actions...)
				viewtest.Exact(t, s.View(), size[0], size[1])
				golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), s)
			})
		}
	}
}

func TestGoldenASCII(t *testing.T) {
	session := viewtest.Cluster(t)
	look := shared(session)
	look.Glyphs = theme.NewGlyphs(true)
	golden(t, "subjects-ascii-120x35", show(session, t, look, rbac.New(look, &rbac.Keeper{}), 120, 35))
	golden(t, "picture-ascii-100x25", show(session, t, look, rbac.NewPicture(look, &rbac.Keeper{}, model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}), 100, 25))
}
