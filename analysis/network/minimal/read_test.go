package minimal

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestReadLines(t *testing.T) {
	flows := read(t, "# what the shop needs\n\n"+
		"shop/Deployment/web shop/Deployment/api 8080/TCP\n"+
		"\tNamespace/monitoring   shop/api  metrics,9091 # scraped\r\n"+
		"shop/web cidr:10.0.0.0/8 5432,8000-8010/tcp\n"+
		"shop/web cidr:10.0.0.1 */UDP\n"+
		"internet shop/web *\n"+
		"shop/web apiserver 443\n"+
		"shop/web shop/db 53/UDP,sql/TCP,53,80-81/SCTP")
	var got []string
	for i := range flows {
		got = append(got, flows[i].Where+" "+flows[i].String())
	}
	want := []string{
		"line 3 shop/Deployment/web shop/Deployment/api 8080/TCP",
		"line 4 Namespace/monitoring shop/api 9091/TCP,metrics",
		"line 5 shop/web cidr:10.0.0.0/8 5432/TCP,8000-8010/TCP",
		"line 6 shop/web cidr:10.0.0.1/32 */UDP",
		"line 7 internet shop/web *",
		"line 8 shop/web apiserver 443/TCP",
		"line 9 shop/web shop/db 53/TCP,53/UDP,80-81/SCTP,sql/TCP",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s", strings.Join(got, "\n"))
	}
	for i := range flows {
		again := read(t, flows[i].String())
		again[0].Where = flows[i].Where
		if again[0].String() != flows[i].String() || again[0].Src != flows[i].Src || again[0].Dst != flows[i].Dst {
			t.Errorf("%s reads back as %s", &flows[i], &again[0])
		}
	}
}

func TestReadLists(t *testing.T) {
	for _, text := range []string{
		"flows:\n- src: shop/web\n  dst: shop/api\n  ports: [8080, 53/UDP, metrics]\n- {src: internet, dst: shop/web, ports: ['*']}\n",
		`{"flows": [{"src": "shop/web", "dst": "shop/api", "ports": [8080, "53/UDP", "metrics"]}, {"src": "internet", "dst": "shop/web", "ports": ["*"]}]}`,
		"# said\n---\nflows:\n- {dst: shop/api, src: shop/web, ports: [metrics, 53/UDP, 8080/TCP]}\n- {src: internet, dst: shop/web, ports: ['*']}\n",
	} {
		flows := read(t, text)
		if len(flows) != 2 || flows[0].String() != "shop/web shop/api 8080/TCP,53/UDP,metrics" || flows[1].String() != "internet shop/web *" || flows[1].Where != "flows[1]" {
			t.Errorf("%s:\n%+v", text, flows)
		}
	}
}

func TestEveryFaultIsTold(t *testing.T) {
	bad := []string{
		"shop/web shop/api", "2 words",
		"shop/web shop/api 80 81", "4 words",
		"shop/web shop/api 0", "within 1 to 65535",
		"shop/web shop/api 70000/TCP", "within 1 to 65535",
		"shop/web shop/api 90-80", "ends before it begins",
		"shop/web shop/api 80/ICMP", "no such protocol",
		"shop/web shop/api 80/", "no such protocol",
		"shop/web shop/api 80,", "none of a number",
		"shop/web shop/api HTTP_PORT", "none of a number",
		"web shop/api 80", "none of namespace/Kind/name",
		"a/b/c/d shop/api 80", "none of namespace/Kind/name",
		"10.0.0.0/8 shop/api 80", "addresses are written cidr:10.0.0.0/8",
		"cidr:10.0.0.1/8 shop/api 80", "10.0.0.0/8 does",
		"cidr:ten shop/api 80", "neither an address",
		"Namespace/Bad shop/api 80", "no namespace can be called",
		"Shop/web shop/api 80", "no namespace can be called",
		"shop/We_b shop/api 80", "no object can be called",
		"shop/De-ploy/web shop/api 80", "no kind can be called",
		"internet cidr:10.0.0.0/8 80", "both ends are outside",
		"apiserver shop/web 80", "as a source",
		"shop/web cidr:10.0.0.0/8 http", "is a name",
		"shop/web shop/\x1b[31mapi 80", `\x1b`,
	}
	var lines, want []string
	for i := 0; i < len(bad); i += 2 {
		lines = append(lines, bad[i])
		want = append(want, bad[i+1])
	}
	flows, err := Read([]byte("shop/web shop/api 80\n" + strings.Join(lines, "\n") + "\nshop/web shop/db 80\n"))
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != len(lines) || len(flows) != 2 {
		t.Fatalf("%d flows, %d faults of %d: %v", len(flows), len(faults), len(lines), err)
	}
	for i, f := range faults {
		if !strings.Contains(f.Text, want[i]) || strings.ContainsAny(f.Text, "\x1b") {
			t.Errorf("%q: %s, want %s", lines[i], f.Text, want[i])
		}
	}
	if faults[0].Where != "line 2" {
		t.Errorf("where: %q", faults[0].Where)
	}
}

func TestEveryFaultOfAListIsTold(t *testing.T) {
	_, err := Read([]byte("flows:\n- {src: shop/web, dst: shop/api}\n- {src: shop/web, to: shop/api, ports: [80]}\n- {src: web, dst: api, ports: [80]}\n- 7\n"))
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 5 || faults[0].Where != "flows[0]" || faults[4].Where != "flows[3]" {
		t.Errorf("%v", err)
	}
	if _, err := Read([]byte("flows: {")); err == nil {
		t.Error("half a list was read")
	}
	if _, err := Read([]byte("flows: []\nflow: []")); err == nil {
		t.Error("an unknown field was read")
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"shop/web shop/api 80", "flows: [{src: a/b, dst: c/d, ports: [1]}]", `{"flows": []}`, "a/b cidr:::/0 */UDP", "Namespace/a b/c x,1-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		flows, err := Read([]byte(s))
		var faults Faults
		if err != nil && (!errors.As(err, &faults) || len(faults) == 0) {
			t.Fatalf("%T: %v", err, err)
		}
		for i := range flows {
			again, err := Read([]byte(flows[i].String()))
			if err != nil || len(again) != 1 || again[0].String() != flows[i].String() {
				t.Fatalf("%q reads back as %v, %v", flows[i].String(), again, err)
			}
		}
	})
}
