package nodes

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view/viewtest"
)

// restless is a desk below which the cluster changes.
type restless struct {
	*fixture
	mutex sync.Mutex
}

func (r *restless) change() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.basis.budgets++
}

func (r *restless) Basis(ctx context.Context) (basis, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.fixture.Basis(ctx)
}

func (r *restless) Plan(ctx context.Context) (*course, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.fixture.Plan(ctx)
}

// TestPace holds that while changes come the plan is made once a second at the most, that the first is made at once, that the last change is
// in it, and that nothing is made where nothing has changed.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, k, ctx := &restless{fixture: &fixture{plan: &upgrade.Plan{}}}, &Keeper{}, context.Background()
		begin := time.Now()
		plan := func() {
			t.Helper()
			if _, err := k.plan(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		plan()
		if passed := time.Since(begin); passed != 0 || d.plans != 1 {
			t.Fatalf("the first took %s, %d plans", passed, d.plans)
		}
		changing, stop := context.WithCancel(ctx)
		go func() {
			for changing.Err() == nil {
				d.change()
				time.Sleep(100 * time.Millisecond)
			}
		}()
		for time.Since(begin) < 5*time.Second {
			plan()
			time.Sleep(10 * time.Millisecond)
		}
		stop()
		time.Sleep(time.Second)
		plan()
		if d.plans > 7 || k.course.basis != d.basis {
			t.Errorf("%d plans, the last of %+v while it is %+v", d.plans, k.course.basis, d.basis)
		}
		made, at := d.plans, time.Now()
		for range 50 {
			plan()
		}
		if d.plans != made || time.Since(at) != 0 {
			t.Errorf("%d more plans in %s where nothing has changed", d.plans-made, time.Since(at))
		}
		// What waits ends with the program.
		d.change()
		plan()
		d.change()
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := k.plan(ended, d); err == nil {
			t.Error("it does not end")
		}
	})
}

// TestShownAlone holds that reports make nothing that is not shown.
func TestShownAlone(t *testing.T) {
	p := newPlay(t).main(120, 35)
	p.press(keys.Turn)
	if p.desk.plans != 1 {
		t.Fatalf("%d plans", p.desk.plans)
	}
	p.press(keys.Turn)
	for range 5 {
		p.desk.basis.nodes++
		p.news()
	}
	if p.desk.plans != 1 {
		t.Errorf("%d plans while usage is shown", p.desk.plans)
	}
	p = newPlay(t).single(nodeRef("n5"), 120, 35)
	p.news()
	if p.desk.lists != 0 {
		t.Errorf("residents are listed %d times while verdicts are shown", p.desk.lists)
	}
	p.press(keys.Turn)
	p.news()
	listed := p.desk.lists
	p.press(keys.Turn)
	p.news()
	if listed != 2 || p.desk.lists != listed {
		t.Errorf("residents are listed %d times, and %d times more while the drain is shown", listed, p.desk.lists-listed)
	}
}

// TestOffice holds that what the writer is asked for makes the plan that is made in one.
func TestOffice(t *testing.T) {
	session := viewtest.Bare(t)
	o, ctx := office{session}, context.Background()
	before, err := o.Basis(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.Plan(ctx)
	if err != nil || c.basis != before || c.plan == nil || len(c.plan.Steps)+len(c.plan.Unknown) == 0 {
		t.Fatalf("%+v %v", c, err)
	}
	session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Node, metadata: {name: old, uid: old}, status: {nodeInfo: {kubeletVersion: v1.30.0}}}"))...)
	after, err := o.Basis(ctx)
	if err != nil || after == before {
		t.Errorf("%+v after %+v: %v", after, before, err)
	}
	if c, err = o.Plan(ctx); err != nil || len(c.plan.Steps) == 0 {
		t.Errorf("%+v %v", c, err)
	}
	list, err := o.Residents(ctx, "n1", map[model.Ref][]*model.Finding{})
	if err != nil || len(list) == 0 {
		t.Errorf("%+v %v", list, err)
	}
}
