package detail_test

import (
	"testing"

	"canopy/model"
	"canopy/ui/view/detail"
)

// TestTheClusterAsAWhole holds that what a finding says of no object is told, and that nothing is fetched for it.
func TestTheClusterAsAWhole(t *testing.T) {
	w, shared := watch(t)
	id := model.FindingID("IM05", model.ClusterRef())
	d := open(t, w.Session, detail.New(shared, id), 140, 45)
	d.has("no policy demands signatures of any image", "no YAML: this is about the cluster as a whole", "finding on the cluster as a whole")
	d.lacks(" = no policy", "does not hold this object")
	d = open(t, w.Session, detail.NewObject(shared, model.ClusterRef()), 140, 45)
	d.has("The cluster as a whole", "IM05 Signatures of images not demanded", "SE06")
	d.lacks("no such object", "nobody knows")
}

// TestEqualValues holds that a credential that stands in several places has the same number in each.
func TestEqualValues(t *testing.T) {
	w, shared := watch(t)
	for _, object := range []model.Ref{ref("shop/ConfigMap/settings"), ref("data/ConfigMap/report-settings")} {
		d := open(t, w.Session, detail.New(shared, model.FindingID("SE03", object)), 140, 45)
		d.has("Stripe key, 32 bytes", "value 1")
		d.lacks("sk_live", "value 2")
	}
}
