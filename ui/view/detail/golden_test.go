package detail_test

import (
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view/detail"
	"canopy/ui/view/viewtest"
)

const (
	critical = "PS06/apps/DaemonSet/data/backup-helper"
	unknown  = "LP22/apps/Deployment/shop/web"
)

func TestGolden(t *testing.T) {
	cluster := viewtest.Cluster(t)
	// Where nothing is granted it depends on the account whether its token is of use.
	blind := viewtest.Bare(t)
	blind.Cover(model.Coverage{Kind: schema.GroupKind{Kind: "ServiceAccount"}, State: model.Denied, Reason: "may not list serviceaccounts"})
	blind.Apply()
	for name, c := range map[string]struct {
		session *viewtest.Session
		open    func(*viewtest.Session) *detail.Screen
	}{
		"critical": {cluster, func(s *viewtest.Session) *detail.Screen { return detail.New(s.Shared(), critical) }},
		"unknown":  {blind, func(s *viewtest.Session) *detail.Screen { return detail.New(s.Shared(), unknown) }},
		"object": {cluster, func(s *viewtest.Session) *detail.Screen {
			return detail.NewObject(s.Shared(), ref("shop/Deployment/web"))
		}},
		"clean": {cluster, func(s *viewtest.Session) *detail.Screen { return detail.NewObject(s.Shared(), ref("Node/n1")) }},
		"whole": {cluster, func(s *viewtest.Session) *detail.Screen { return detail.New(s.Shared(), "NW03/Namespace/data") }},
		"ended": {cluster, func(s *viewtest.Session) *detail.Screen {
			return detail.New(s.Shared(), "PS01/apps/Deployment/shop/web")
		}},
	} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				d := open(t, c.session, c.open(c.session), size[0], size[1])
				viewtest.Exact(t, d.screen.View(), size[0], size[1])
				golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), d.screen)
				if size[0] < 100 {
					d.do(keys.NextPane)
					golden(t, fmt.Sprintf("%s-yaml-%dx%d", name, size[0], size[1]), d.screen)
				}
			})
		}
	}
}

func ref(s string) model.Ref {
	r, err := model.ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}
