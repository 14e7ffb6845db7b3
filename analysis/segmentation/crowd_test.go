package segmentation

import (
	"fmt"
	"strings"
	"testing"
)

// TestManyWaysAreCounted holds that a finding shows the first of many ways to its pods and says how many others there are, and what is
// wrong with the pods all the same.
func TestManyWaysAreCounted(t *testing.T) {
	var objects strings.Builder
	objects.WriteString(shop + strings.Replace(web, "{name: c, ", "{name: c, securityContext: {privileged: true}, ", 1))
	for i := range 3 * most {
		fmt.Fprintf(&objects, "kind: Service\nmetadata: {name: s%03d}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: %d}]}\n---\n", i, 30000+i)
	}
	s := scene{objects: objects.String()}
	b := s.court(t, law(t)).put(read(t, s.objects)...)
	text := b.text("NW10")
	if n := strings.Count(text, "LoadBalancer"); n < most || n > most+2 {
		t.Errorf("%d ways are shown", n)
	}
	for _, want := range []string{fmt.Sprintf("and %d more ways", 2*most), `securityContext.privileged = "true"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	one := s.court(t, law(t))
	for _, o := range read(t, s.objects) {
		one.put(o)
	}
	if one.text() != b.text() {
		t.Error("one by one they say something else")
	}
}
