/*
 * The protocol by which processes share a queue in Redis (docs/redis-protocol.md), for the
 * model checker Spin. README.md beside this file tells how to run it, and what it leaves out.
 *
 * Two processes, one bucket, time in ticks. Whatever can be done now is done before time goes on;
 * that a message takes longer is one of the faults, of which there are FAULTS in a run.
 */

#ifndef TICKETS
#define TICKETS 1 /* of each process */
#endif
#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef INTERRUPTS
#define INTERRUPTS 0
#endif

#define ALL_TICKETS (2 * TICKETS)
#ifndef BUDGET
#define BUDGET ALL_TICKETS
#endif

/* A tick is a tenth of a lease. */
#ifndef INTERVAL
#define INTERVAL 3
#endif
#define LEASE 10
#define RENEW 3 /* a third of a lease */
#define FRESH 4 /* 0.4 leases: a hold that was confirmed less long ago may be used */
#define JUMP 6 /* 0.6 leases: the store is cold if there was no step for so long */
#ifndef START_DELAY
#define START_DELAY INTERVAL
#endif
#ifdef NO_COLD_WAIT
#define QUIET START_DELAY
#else
#define QUIET (START_DELAY + FRESH)
#endif
#define STEP (JUMP - 1) /* of the store's clock, when somebody sets it */
#define TIME_OUT 4 /* of a hold that its caller could have used */

/* SLOW_FOREVER: the ticks that each round trip of process 0 takes. */
#ifdef SLOW_FOREVER
#define ROUND_TRIP(p) ((p) == 0 -> SLOW_FOREVER : 0)
#else
#define ROUND_TRIP(p) 0
#endif
#if defined(SLOW_FOREVER) && SLOW_FOREVER > FRESH
#define LONG SLOW_FOREVER
#else
#define LONG FRESH
#endif

#define NONE 255
#define FRONT 1 /* everybody arrives later */
#define OWNER(t) ((t) / TICKETS)
#define OTHER(p) (1 - (p))

mtype:process = { ALIVE, FROZEN, CRASHED }
mtype:ticket = { ABSENT, NEW, IN_LINE, HELD, USED, LEFT }
mtype:network = { IDLE, SENT, ANSWERED }
mtype:answer = { NOTHING, RELEASED, WAIT, BEHIND, UNKNOWN, EXHAUSTED }

/* What a process tells the store. */
typedef Request {
  bool used[ALL_TICKETS];
  byte ages[ALL_TICKETS]; /* how long ago, by the clock of the process, they were used */
  bool unused[ALL_TICKETS];
  byte joins[ALL_TICKETS] = NONE; /* the arrival: 0 for a new one, NONE for who does not join */
  byte ask = NONE;
  byte holds = NONE; /* whose hold is to be confirmed */
  byte life /* the last one that it has heard of */
}

typedef Reply {
  mtype:answer kind = NOTHING;
  byte detail; /* the wait, or the lease of who is first */
  bool held; /* whether the hold is confirmed */
  byte use; /* the last one of the bucket */
  byte cold;
  byte life;
  byte arrivals[ALL_TICKETS] /* of who joined */
}

typedef Process {
  mtype:process status = ALIVE;
  mtype:network network = IDLE;
  Request request;
  Reply reply;
  bool abandoned; /* a step that was given up, but lies in a socket */
  Request old;
  bool heardLater; /* the answer to a step after the abandoned one */
  byte elapsed; /* since it asked */
  byte sinceStep = RENEW;
  byte askIn;
  byte cold; /* which coldness of the store it knows of; 0 for none */
  byte sinceCold;
  byte life; /* of its lease: which one it knows of */
  byte use; /* the bucket's last use that it has heard of; 0 for none */
  byte sinceUse /* at least so long is it over */
}

typedef Ticket {
  mtype:ticket state = NEW;
  byte arrival; /* as its process knows it */
  bool told; /* ever */
  bool sayUsed;
  byte age; /* since it was used, as long as that is to be said */
  bool sayUnused;
  byte confirmed; /* how long ago its hold was */
  byte idle /* for how long its caller has not used it, though it could have */
}

Process process[2];
Ticket ticket[ALL_TICKETS];

/* The store. */
bool inLine[ALL_TICKETS];
byte arrival[ALL_TICKETS];
byte holder = NONE;
byte sinceRelease; /* of the holder */
bool charged[ALL_TICKETS];
byte use; /* which one was the last; 0 for none since it was cold */
byte sinceUse; /* by the store's clock */
byte ago; /* how long it was over by its process's clock, when that told it */
byte lease[2]; /* what is left of it */
byte life[2]; /* which lease it is, a new one after every coldness */
bool fenced[2]; /* whether it knows that a later step than the abandoned one was executed */
bool stale[2]; /* whether the last step that it knows of is older than one that it has answered */
byte cold = 1;
byte sinceCold = QUIET;
byte sinceStep;
bool restarted;
bool limitRead = true;
byte still; /* for how long the clock stands still, as it was set back */

/* What nobody in the system knows. */
byte faults;
byte interrupts;
bool clockSet;
byte sinceIdentify = INTERVAL;
bool identified[ALL_TICKETS];
byte order[ALL_TICKETS]; /* its arrival, since it gave up the one before */
bool lapsed[2]; /* its lease has run out, or it was frozen while the store was quiet */
bool released[ALL_TICKETS]; /* ever */
bool expired[ALL_TICKETS]; /* the store has taken it for used, as nobody told what became of it */
bool later[2]; /* whether a later step than the abandoned one was executed */
bool forgotten[ALL_TICKETS]; /* the store has executed an old step that tells otherwise */

hidden byte i, j, q, head, first, count, latest, id, lost, hears, news;
hidden Request step;
hidden Reply answer;

/* What a store that is restarted falls back to. */
hidden byte charged0[ALL_TICKETS];
hidden byte lease0[2];

#define CAPPED(x, most) ((x) < (most) -> (x) + 1 : (most))
#define LESS(x) ((x) > 0 -> (x) - 1 : 0)
#define MIN(x, y) ((x) < (y) -> (x) : (y))
#define MAX(x, y) ((x) > (y) -> (x) : (y))
#define WAITS(t) (ticket[t].state == NEW || ticket[t].state == IN_LINE || ticket[t].state == HELD)

/* ---- The store ---- */

/* In how many ticks the next start is due. */
#define DUE_IN MAX(QUIET - sinceCold, (use > 0 -> INTERVAL - sinceUse : 0))

inline find_head() {
  head = NONE;
  for (i : 0 .. ALL_TICKETS - 1) {
    if
    :: inLine[i] && (head == NONE || arrival[i] < arrival[head]) -> head = i
    :: else
    fi
  }
}

/* Drops those who are dead. */
inline find_live_head() {
  find_head();
  for (j : 1 .. ALL_TICKETS) {
    if
    :: head != NONE && lease[OWNER(head)] == 0 ->
#ifndef NO_DROP
      inLine[head] = false;
      arrival[head] = 0;
#endif
      find_head()
    :: else
    fi
  }
}

inline forget_all() {
  for (i : 0 .. ALL_TICKETS - 1) {
    inLine[i] = false;
    arrival[i] = 0
  }
  holder = NONE;
  sinceRelease = 0;
  use = 0;
  sinceUse = 0;
  ago = 0;
  limitRead = false
}

/* Only sameness counts: the least one that nobody knows saves states. */
#define IS_KNOWN_COLD(x) (x == cold || x == process[0].cold || x == process[1].cold \
  || x == process[0].reply.cold || x == process[1].reply.cold)
#define IS_KNOWN_USE(x) (x == use || x == process[0].use || x == process[1].use \
  || x == process[0].reply.use || x == process[1].reply.use)
#define IS_KNOWN_LIFE(p, x) (x == life[p] || x == process[p].life || x == process[p].request.life \
  || x == process[p].reply.life || x == process[p].old.life)

inline new_cold() {
  id = 1;
  do
  :: IS_KNOWN_COLD(id) -> id++
  :: else -> break
  od;
  cold = id
}

inline new_use() {
  id = 1;
  do
  :: IS_KNOWN_USE(id) -> id++
  :: else -> break
  od;
  use = id
}

inline new_life(p) {
  id = 1;
  do
  :: IS_KNOWN_LIFE(p, id) -> id++
  :: else -> break
  od;
  life[p] = id
}

inline begin_cold() {
  printf("  the store is cold\n");
  forget_all();
  new_cold();
  sinceCold = 0;
  new_life(0);
  new_life(1)
}

/* The bucket's last use was so long ago. */
inline note_use(age) {
  new_use();
  sinceUse = age;
  ago = age;
  news = true
}

inline end_hold() {
  holder = NONE;
  sinceRelease = 0;
  news = true
}

inline take_used(t) {
  printf("  the store hears that ticket %d was used %d ticks ago\n", t, step.ages[t]);
  if
  :: holder == t ->
    count = MIN(step.ages[t], sinceRelease);
    end_hold();
    note_use(count)
  :: else ->
    news = news || inLine[t];
    inLine[t] = false;
    arrival[t] = 0;
#ifndef LATE_USED_IGNORED
    charged[t] = true;
    if
    :: use == 0 || step.ages[t] < sinceUse -> count = step.ages[t]; note_use(count)
    :: else
    fi
#endif
  fi
}

inline take_unused(t) {
  printf("  the store hears that ticket %d was not used\n", t);
  if
  :: holder == t ->
#ifndef NO_REFUND
    charged[t] = false;
    expired[t] = false;
#endif
    end_hold()
  :: else ->
    news = news || inLine[t];
    inLine[t] = false;
    arrival[t] = 0
  fi
}

inline join(t) {
  if
  :: inLine[t] || holder == t
  :: else ->
    if
    :: step.joins[t] == 0 -> /* the time: later than whatever anybody knows */
      latest = FRONT;
      for (i : 0 .. ALL_TICKETS - 1) {
        latest = MAX(latest, arrival[i]);
        latest = MAX(latest, ticket[i].arrival);
        latest = MAX(latest, order[i]);
        latest = MAX(latest, process[OWNER(i)].reply.arrivals[i])
      }
      arrival[t] = latest + 1
    :: else -> arrival[t] = step.joins[t]
    fi;
    inLine[t] = true;
#ifdef CHARGE_ON_JOIN
    charged[t] = true;
#endif
  fi
}

/* The limit as Discord has it, and the start that is held. */
inline read_limit() {
  for (i : 0 .. ALL_TICKETS - 1) {
    charged[i] = identified[i] || holder == i;
    expired[i] = false
  }
  limitRead = true
}

inline release(t) {
  for (i : 0 .. ALL_TICKETS - 1) { /* in order of arrival among the living */
    assert(i == t || order[i] == 0 || order[i] > order[t] ||
        !(ticket[i].state == IN_LINE || ticket[i].state == NEW) ||
        process[OWNER(i)].status != ALIVE || lapsed[OWNER(i)])
  }
  inLine[t] = false;
  arrival[t] = 0;
  holder = t;
  sinceRelease = 0;
  charged[t] = true;
  released[t] = true;
  printf("  the store releases ticket %d\n", t);
  answer.kind = RELEASED
}

/* Everybody hears who is waited for; its process may not know of that ticket any more. */
inline tell_of(t) {
  if
  :: process[OWNER(t)].status == ALIVE ->
#ifndef NO_STRAY
    if
    :: (ticket[t].state == USED || ticket[t].state == LEFT) && !ticket[t].sayUsed && !ticket[t].sayUnused ->
      printf("  process %d hears of a ticket that it does not have: %d\n", OWNER(t), t);
      ticket[t].sayUsed = true;
      ticket[t].age = 0
    :: else
    fi;
#endif
    process[OWNER(t)].askIn = 0
  :: else
  fi
}

inline answer_ask() {
  find_live_head();
  if
  :: holder != NONE && lease[OWNER(holder)] == 0 ->
    printf("  the store takes ticket %d for used\n", holder);
#ifdef EXPIRY_UNUSED
    charged[holder] = false;
#else
    expired[holder] = true;
    note_use(0);
#endif
    end_hold()
  :: else
  fi;
  if
  :: holder == step.ask ->
#ifdef TELL_ONCE
    answer.kind = WAIT;
    answer.detail = RENEW
#else
    answer.kind = RELEASED
#endif
  :: else ->
    if
    :: !inLine[step.ask] ->
      answer.kind = UNKNOWN;
      if
      :: step.life == life[OWNER(step.ask)] -> begin_cold() /* it has lost something */
      :: else
      fi
    :: else ->
      if
      :: holder != NONE || head != step.ask ->
        answer.kind = BEHIND;
        first = (holder != NONE -> holder : head);
        answer.detail = MAX(1, lease[OWNER(first)]);
        if
        :: holder != NONE || DUE_IN == 0 -> tell_of(first)
        :: else
        fi
      :: holder == NONE && head == step.ask && DUE_IN > 0 ->
        answer.kind = WAIT;
        answer.detail = DUE_IN
      :: else ->
        if
        :: !limitRead -> read_limit()
        :: else
        fi;
        count = 0;
        for (i : 0 .. ALL_TICKETS - 1) {
          count = count + charged[i]
        }
        if
        :: count >= BUDGET -> answer.kind = EXHAUSTED; limitRead = false /* it will be read again */
        :: else -> release(step.ask)
        fi
      fi
    fi
  fi
}

/* Executes `step` of process p; what it answers is in `answer`. */
inline execute(p) {
  news = false;
  answer.kind = NOTHING;
  answer.detail = 0;
  if
  :: restarted || sinceStep >= JUMP || (stale[p] && process[p].heardLater) -> begin_cold()
  :: else
  fi;
  restarted = false;
  sinceStep = 0;
  if
  :: lease[p] == 0 -> new_life(p)
  :: else
  fi;
  lease[p] = LEASE;
  fenced[p] = process[p].abandoned;
  stale[p] = false;
  if
  :: lease[OTHER(p)] == 0 -> fenced[OTHER(p)] = false; stale[OTHER(p)] = false /* they go with its lease */
  :: else
  fi;
  for (j : 0 .. ALL_TICKETS - 1) {
    if
    :: step.used[j] -> take_used(j)
    :: else
    fi;
    if
    :: step.unused[j] -> take_unused(j)
    :: else
    fi
  }
#ifdef RETELL
  if
  :: step.holds != NONE && holder == NONE && sinceCold < QUIET ->
    inLine[step.holds] = false;
    arrival[step.holds] = 0;
    holder = step.holds;
    charged[holder] = true
  :: else
  fi;
#endif
  for (j : 0 .. ALL_TICKETS - 1) {
    if
    :: step.joins[j] != NONE ->
      join(j);
      answer.arrivals[j] = (inLine[j] -> arrival[j] : MAX(step.joins[j], FRONT))
    :: else -> answer.arrivals[j] = 0
    fi
  }
#ifdef EARLY_READING
  if
  :: !limitRead -> read_limit()
  :: else
  fi;
#endif
  if
  :: step.ask != NONE -> answer_ask()
  :: else
  fi;
  answer.held = step.holds != NONE && holder == step.holds;
  answer.use = use;
  answer.cold = cold;
  answer.life = life[p]
}

/* Processes hear who is first now, and of the last use; or the news are lost. */
inline tell_news() {
  find_head();
  for (q : 0 .. 1) {
    if
    :: process[q].status == ALIVE && process[q].cold == cold ->
      if
      :: use != process[q].use -> process[q].use = use; process[q].sinceUse = ago
      :: else
      fi;
      if
      :: head != NONE && holder == NONE && OWNER(head) == q -> process[q].askIn = DUE_IN
      :: else
      fi
    :: else
    fi
  }
}

inline save_store() {
  for (i : 0 .. ALL_TICKETS - 1) {
    charged0[i] = charged[i]
  }
  lease0[0] = lease[0];
  lease0[1] = lease[1]
}

/* The server dies after it has answered, before the last step is on the disk or the replica. */
inline lose_last_step() {
  forget_all(); /* the next step will find it cold */
  for (i : 0 .. ALL_TICKETS - 1) {
    charged[i] = charged0[i]
  }
  lease[0] = lease0[0];
  lease[1] = lease0[1];
  restarted = true;
  still = 0;
  stale[0] = false;
  stale[1] = false;
  for (i : 0 .. 1) { /* their connections are gone */
    process[i].abandoned = false;
    process[i].heardLater = false;
    fenced[i] = false;
    later[i] = false
  }
  forget_request(process[0].old);
  forget_request(process[1].old)
}

inline copy_request(from, to) {
  for (i : 0 .. ALL_TICKETS - 1) {
    to.used[i] = from.used[i];
    to.ages[i] = from.ages[i];
    to.unused[i] = from.unused[i];
    to.joins[i] = from.joins[i]
  }
  to.ask = from.ask;
  to.holds = from.holds;
  to.life = from.life
}

inline forget_request(it) {
  for (i : 0 .. ALL_TICKETS - 1) {
    it.used[i] = false;
    it.ages[i] = 0;
    it.unused[i] = false;
    it.joins[i] = NONE
  }
  it.ask = NONE;
  it.holds = NONE;
  it.life = 0
}

inline forget_reply(it) {
  it.kind = NOTHING;
  it.detail = 0;
  it.held = false;
  it.use = 0;
  it.cold = 0;
  it.life = 0;
  for (i : 0 .. ALL_TICKETS - 1) {
    it.arrivals[i] = 0
  }
}

inline forget_step(p) {
  forget_reply(process[p].reply);
  forget_request(process[p].request);
  process[p].network = IDLE;
  process[p].elapsed = 0
}

/* What is to be so after every step. */
inline check_traces() {
  for (i : 0 .. ALL_TICKETS - 1) {
    /* nobody starts without a charge, as soon as the limit is known, and the store was told */
    assert(!identified[i] || charged[i] || !limitRead || ticket[i].sayUsed);
    /* nobody is charged who was not released */
    assert(!charged[i] || released[i] || forgotten[i]);
    /* who was used or has left, and has told that, is neither in line nor held */
    assert(!(ticket[i].state == USED || ticket[i].state == LEFT) || ticket[i].sayUsed ||
        ticket[i].sayUnused || forgotten[i] || !(inLine[i] || holder == i));
    /* who has left is not charged, unless it was silent for too long */
    assert(ticket[i].state != LEFT || ticket[i].sayUnused || forgotten[i] || expired[i] ||
        !limitRead || !charged[i])
  }
}

inline forget_scratch() {
  forget_request(step);
  head = NONE
}

inline serve(p) {
  if
  :: hears = true
  :: hears = false
  fi;
  if
  :: lost = false
  :: faults < FAULTS -> faults++; lost = true
  fi;
  d_step {
    printf("process %d: its step is executed\n", p);
    save_store();
    copy_request(process[p].request, step);
    execute(p);
    later[p] = process[p].abandoned;
    if
    :: hears && news -> tell_news()
    :: else
    fi;
    process[p].reply.kind = answer.kind;
    process[p].reply.detail = answer.detail;
    process[p].reply.held = answer.held;
    process[p].reply.use = answer.use;
    process[p].reply.cold = answer.cold;
    process[p].reply.life = answer.life;
    for (j : 0 .. ALL_TICKETS - 1) {
      process[p].reply.arrivals[j] = answer.arrivals[j]
    }
    if
    :: lost -> printf("  FAULT: the store loses this step, and restarts\n"); lose_last_step()
    :: else
    fi;
    process[p].network = ANSWERED;
    if
    :: process[p].status == CRASHED -> forget_step(p)
    :: else
    fi;
    forget_scratch()
  }
}

/* A step that was given up comes through after all; nobody hears the answer. */
inline serve_abandoned(p) {
  d_step {
    if
#ifndef NO_FENCE
    :: fenced[p]
#endif
    :: else ->
      printf("process %d: a step that it gave up is executed\n", p);
      copy_request(process[p].old, step);
#ifndef NO_FENCE
      for (i : 0 .. ALL_TICKETS - 1) {
        forgotten[i] = forgotten[i] || (later[p] && step.joins[i] != NONE)
      }
#endif
      execute(p);
#ifndef NO_TRACK
      stale[p] = later[p];
#endif
    fi;
    process[p].abandoned = false;
    process[p].heardLater = process[p].heardLater && stale[p];
    fenced[p] = false;
    later[p] = false;
    forget_request(process[p].old);
    check_traces();
    forget_scratch()
  }
}

proctype Store() {
end:
  do
  :: atomic {
      process[0].network == SENT || process[1].network == SENT ->
      if
      :: process[0].network == SENT -> serve(0)
      :: process[1].network == SENT -> serve(1)
      fi
    }
  :: atomic { process[0].abandoned -> serve_abandoned(0) }
  :: atomic { process[1].abandoned -> serve_abandoned(1) }
  od
}

/* ---- A process ---- */

#define OF(p, k) ((p) * TICKETS + (k))

#if TICKETS == 1
#define ANY(p, what) (what(OF(p, 0)))
#else
#define ANY(p, what) (what(OF(p, 0)) || what(OF(p, 1)))
#endif
#define IS_NEW(t) (ticket[t].state == NEW)
#define IS_IN_LINE(t) (ticket[t].state == IN_LINE)
#define IS_HELD(t) (ticket[t].state == HELD)
#define HAS_NEWS(t) (ticket[t].sayUsed || ticket[t].sayUnused)

/* What lets a caller identify: the hold is fresh, */
#ifdef NO_FRESH
#define IS_FRESH(t) true
#else
#define IS_FRESH(t) (ticket[t].confirmed < FRESH)
#endif
/* and the process has seen an interval pass, by a clock that nobody sets. */
#ifdef NO_HEARD
#define HAS_WAITED(p) true
#else
#ifdef NO_HEARD_COLD
#define HAS_BEEN_QUIET(p) true
#else
#define HAS_BEEN_QUIET(p) (process[p].cold > 0 && process[p].sinceCold >= QUIET)
#endif
#define HAS_WAITED(p) (HAS_BEEN_QUIET(p) && (process[p].use == 0 || process[p].sinceUse >= INTERVAL))
#endif
#define IS_READY(t) (IS_HELD(t) && IS_FRESH(t) && HAS_WAITED(OWNER(t)))

#define HAS_TO_SAY(p) (ANY(p, IS_NEW) || ANY(p, HAS_NEWS) || process[p].sinceStep >= RENEW \
  || (ANY(p, IS_IN_LINE) && !ANY(p, IS_HELD) && process[p].askIn == 0))

/* A caller may take its time, until its hold is timed out. */
#ifdef DAWDLE
#define IS_URGENT(t) (IS_READY(t) && ticket[t].idle >= TIME_OUT)
#else
#define IS_URGENT(t) IS_READY(t)
#endif

/* A process has its hands full: time does not go on, unless it is frozen or the network is slow. */
#define BUSY(p) (process[p].status == ALIVE && \
  ((process[p].network != IDLE && process[p].elapsed >= ROUND_TRIP(p)) \
  || (process[p].network == IDLE && HAS_TO_SAY(p)) || ANY(p, IS_URGENT)))

inline send(p) {
  forget_request(process[p].request);
  first = NONE;
  for (i : OF(p, 0) .. OF(p, TICKETS - 1)) {
    process[p].request.used[i] = ticket[i].sayUsed;
    process[p].request.ages[i] = ticket[i].age;
    process[p].request.unused[i] = ticket[i].sayUnused;
    if
    :: IS_HELD(i) -> process[p].request.holds = i
    :: IS_NEW(i) -> process[p].request.joins[i] = ticket[i].arrival; ticket[i].told = true
    :: else
    fi;
    if /* the first one: who has no arrival yet is the last */
    :: (IS_IN_LINE(i) || IS_NEW(i)) && (first == NONE || (ticket[i].arrival > 0 &&
        (ticket[first].arrival == 0 || ticket[i].arrival < ticket[first].arrival))) -> first = i
    :: else
    fi
  }
  process[p].request.ask = (process[p].request.holds == NONE -> first : NONE);
  process[p].request.life = process[p].life;
  printf("process %d: takes a step, asks for ticket %d, holds %d\n", p,
      process[p].request.ask, process[p].request.holds);
  process[p].elapsed = 0;
  process[p].network = SENT;
  first = NONE
}

/* It is too slow to use the ticket in time: others are to go first. */
inline give_back(t) {
  printf("process %d: gives ticket %d back\n", OWNER(t), t);
  ticket[t].state = NEW;
  ticket[t].sayUnused = true;
#ifndef OLD_PLACE
  ticket[t].arrival = 0;
  order[t] = 0;
#endif
  ticket[t].confirmed = 0;
  ticket[t].idle = 0
}

inline confirm(p, t) {
  if
#ifndef NO_FRESH
  :: process[p].elapsed >= FRESH -> give_back(t)
#endif
  :: else -> ticket[t].state = HELD; ticket[t].confirmed = process[p].elapsed
  fi
}

inline receive(p) {
  printf("process %d: hears the answer %e, %d\n", p, process[p].reply.kind, process[p].reply.detail);
  process[p].network = IDLE;
  process[p].sinceStep = MIN(process[p].elapsed, RENEW);
  process[p].askIn = RENEW;
  process[p].heardLater = process[p].abandoned || stale[p];
  for (i : OF(p, 0) .. OF(p, TICKETS - 1)) {
    if
    :: process[p].request.used[i] -> ticket[i].sayUsed = false; ticket[i].age = 0
    :: else
    fi;
    ticket[i].sayUnused = ticket[i].sayUnused && !process[p].request.unused[i];
    if
    :: process[p].request.joins[i] != NONE && ticket[i].state == NEW ->
      ticket[i].state = IN_LINE;
      ticket[i].arrival = process[p].reply.arrivals[i];
      order[i] = (order[i] == 0 -> ticket[i].arrival : order[i])
    :: else
    fi
  }
  check_traces();
  if
  :: process[p].reply.cold != process[p].cold ->
    process[p].cold = process[p].reply.cold;
    process[p].sinceCold = 0;
    process[p].use = process[p].reply.use;
    process[p].sinceUse = 0
  :: process[p].reply.cold == process[p].cold && process[p].reply.use != process[p].use ->
    process[p].use = process[p].reply.use;
    process[p].sinceUse = 0
  :: else
  fi;
#ifndef NO_REJOIN
  if
  :: process[p].reply.life != process[p].request.life ->
    for (i : OF(p, 0) .. OF(p, TICKETS - 1)) {
      if
      :: IS_IN_LINE(i) -> ticket[i].state = NEW
      :: else
      fi
    }
  :: else
  fi;
#endif
  process[p].life = process[p].reply.life;
  if
  :: process[p].request.holds != NONE && ticket[process[p].request.holds].state == HELD ->
    first = process[p].request.holds;
    if
    :: process[p].reply.held -> confirm(p, first)
    :: else ->
      printf("process %d: has lost its hold\n", p);
      ticket[first].state = NEW; /* at its old place */
      ticket[first].confirmed = 0;
      ticket[first].idle = 0
    fi
  :: else
  fi;
  if
  :: process[p].request.ask != NONE && ticket[process[p].request.ask].state != LEFT ->
    first = process[p].request.ask;
    if
    :: process[p].reply.kind == RELEASED -> confirm(p, first)
    :: process[p].reply.kind == WAIT -> process[p].askIn = process[p].reply.detail
    :: process[p].reply.kind == BEHIND -> process[p].askIn = MIN(RENEW, process[p].reply.detail)
    :: else
    fi
  :: else
  fi;
  first = NONE;
  process[p].elapsed = 0;
  forget_reply(process[p].reply);
  forget_request(process[p].request)
}

inline mark_used(t) {
  ticket[t].state = USED;
  ticket[t].sayUsed = true;
  ticket[t].age = 0;
  ticket[t].arrival = 0;
  ticket[t].confirmed = 0;
  ticket[t].idle = 0;
  order[t] = 0
}

/* The caller identifies. */
inline identify(t) {
  printf("process %d: ticket %d IDENTIFIES, confirmed %d ago\n", OWNER(t), t, ticket[t].confirmed);
  assert(!identified[t]); /* never twice */
  assert(sinceIdentify >= INTERVAL); /* never early */
  identified[t] = true;
  sinceIdentify = 0;
  count = 0;
  for (i : 0 .. ALL_TICKETS - 1) {
    count = count + identified[i]
  }
  assert(count <= BUDGET);
  mark_used(t);
#ifdef BACK_AFTER_USE
  ticket[t].sayUsed = false;
  ticket[t].sayUnused = true
#endif
}

/* The caller has not said anything for too long: it may have identified, but will not any more. */
inline time_out(t) {
  printf("process %d: the hold of ticket %d is timed out\n", OWNER(t), t);
  mark_used(t)
}

/* The caller is interrupted. */
inline leave(t) {
  printf("process %d: ticket %d is interrupted\n", OWNER(t), t);
  ticket[t].sayUnused = ticket[t].told;
  ticket[t].state = LEFT;
  ticket[t].arrival = 0;
  ticket[t].confirmed = 0;
  ticket[t].idle = 0;
  order[t] = 0
}

#define IDENTIFY(t) d_step { process[p].status == ALIVE && IS_READY(t) -> identify(t) }
#define HOLD_ENDS(t) d_step { process[p].status == ALIVE && IS_HELD(t) && \
  ticket[t].idle >= TIME_OUT -> time_out(t) }
#define ARRIVE(t) d_step { process[p].status == ALIVE && ticket[t].state == ABSENT -> ticket[t].state = NEW }
#define INTERRUPT(t) d_step { process[p].status == ALIVE && process[p].network == IDLE && \
  interrupts < INTERRUPTS && WAITS(t) -> interrupts++; leave(t) }

proctype Client(byte p) {
end:
  do
  :: d_step { process[p].status == ALIVE && process[p].network == IDLE && HAS_TO_SAY(p) -> send(p) }
  :: d_step { process[p].status == ALIVE && process[p].network == ANSWERED &&
      process[p].elapsed >= ROUND_TRIP(p) -> receive(p) }
  :: IDENTIFY(OF(p, 0))
#if TICKETS > 1
  :: IDENTIFY(OF(p, 1))
#endif
#ifdef DAWDLE
  :: HOLD_ENDS(OF(p, 0))
#if TICKETS > 1
  :: HOLD_ENDS(OF(p, 1))
#endif
#endif
#ifdef ARRIVALS
  :: ARRIVE(OF(p, 0))
#if TICKETS > 1
  :: ARRIVE(OF(p, 1))
#endif
#endif
#if INTERRUPTS
  :: INTERRUPT(OF(p, 0))
#if TICKETS > 1
  :: INTERRUPT(OF(p, 1))
#endif
#endif
  od
}

/* ---- Faults ---- */

inline crash(p) {
  printf("FAULT: process %d dies\n", p);
  process[p].status = CRASHED;
  if
  :: process[p].network == ANSWERED -> forget_step(p)
  :: else
  fi
}

#define FAULT(what) d_step { faults < FAULTS && what -> faults++;

proctype Misfortune(byte p) {
end:
  do
  :: FAULT(process[p].status == ALIVE) crash(p) }
  :: FAULT(process[p].status == ALIVE) printf("FAULT: process %d freezes\n", p); process[p].status = FROZEN }
  :: d_step { process[p].status == FROZEN -> printf("process %d thaws\n", p); process[p].status = ALIVE }
  /* a step, or its answer, is lost, and the process takes it again */
  :: FAULT(process[p].status == ALIVE && process[p].network == SENT)
      printf("FAULT: process %d gives up its step\n", p);
      forget_step(p) }
  :: FAULT(process[p].status == ALIVE && process[p].network == ANSWERED)
      printf("FAULT: the answer to process %d is lost\n", p);
      forget_step(p) }
  /* or it does not come back in time, but will be executed */
  :: FAULT(process[p].status == ALIVE && process[p].network == SENT && !process[p].abandoned)
      printf("FAULT: process %d gives up its step, which is still under way\n", p);
      copy_request(process[p].request, process[p].old);
      process[p].abandoned = true;
      process[p].heardLater = false;
      fenced[p] = false;
      later[p] = false;
      forget_step(p) }
  od
}

/* ---- Time ---- */

inline store_tick() {
  if
  :: still > 0 -> still--
  :: else ->
    sinceRelease = (holder != NONE -> CAPPED(sinceRelease, INTERVAL) : 0);
    sinceUse = (use > 0 -> CAPPED(sinceUse, INTERVAL) : 0);
    sinceCold = CAPPED(sinceCold, QUIET);
    sinceStep = CAPPED(sinceStep, JUMP);
    for (i : 0 .. 1) {
      lapsed[i] = lapsed[i] || lease[i] == 1;
      lease[i] = LESS(lease[i])
    }
  fi
}

inline tick() {
  printf("time goes on\n");
  store_tick();
  for (i : 0 .. 1) {
    lapsed[i] = lapsed[i] || (process[i].status == FROZEN && (restarted || sinceCold < QUIET));
    process[i].sinceStep = CAPPED(process[i].sinceStep, RENEW);
    process[i].askIn = LESS(process[i].askIn);
    process[i].sinceCold = CAPPED(process[i].sinceCold, QUIET);
    process[i].sinceUse = CAPPED(process[i].sinceUse, INTERVAL);
    process[i].elapsed = (process[i].network == IDLE -> 0 : CAPPED(process[i].elapsed, LONG))
  }
  for (i : 0 .. ALL_TICKETS - 1) {
#ifdef DAWDLE
    ticket[i].idle = (IS_READY(i) -> CAPPED(ticket[i].idle, TIME_OUT) : ticket[i].idle);
#endif
    ticket[i].age = (ticket[i].sayUsed -> CAPPED(ticket[i].age, INTERVAL) : 0);
    ticket[i].confirmed = (IS_HELD(i) -> CAPPED(ticket[i].confirmed, FRESH) : 0)
  }
  sinceIdentify = CAPPED(sinceIdentify, INTERVAL)
}

inline set_forwards() {
  printf("FAULT: the store's clock is set forwards\n");
  for (i : 0 .. 1) { /* the quiet time may be too short for it to come back */
    lapsed[i] = lapsed[i] || restarted || sinceCold < QUIET
  }
  for (j : 1 .. STEP) {
    store_tick()
  }
  clockSet = true
}

#define STIRS (process[0].status == ALIVE || process[1].status == ALIVE)
#define UNDER_WAY (process[0].network != IDLE || process[1].network != IDLE)

proctype Clock() {
end:
  do
  :: d_step { STIRS && !BUSY(0) && !BUSY(1) -> tick() }
  :: FAULT((BUSY(0) || BUSY(1)) && UNDER_WAY) printf("FAULT: the network is slow\n"); tick() }
#ifdef CLOCK_STEPS
  :: FAULT(!clockSet) set_forwards() }
  :: FAULT(!clockSet) printf("FAULT: the store's clock is set back\n"); clockSet = true; still = STEP }
#endif
  od
}

init {
  atomic {
#ifdef COLD_START
    restarted = true;
    limitRead = false;
#else
    for (i : 0 .. 1) { /* there is a store that was used before */
      process[i].cold = cold;
      process[i].sinceCold = QUIET;
      lease[i] = LEASE
    }
#endif
#ifdef SLOW_FOREVER
    lapsed[0] = SLOW_FOREVER >= FRESH; /* it may step too seldom to keep its places */
#endif
#ifdef ARRIVALS /* those of process 0 are there later, at any time */
    for (i : 0 .. TICKETS - 1) {
      ticket[i].state = ABSENT
    }
#endif
    run Store();
    run Client(0);
    run Client(1);
    run Misfortune(0);
    run Misfortune(1);
    run Clock()
  }
}

/* Nobody who lives waits for ever. */
#if TICKETS == 1
#define SERVED(p) (process[p].status != ALIVE || !WAITS(OF(p, 0)))
#else
#define SERVED(p) (process[p].status != ALIVE || !(WAITS(OF(p, 0)) || WAITS(OF(p, 1))))
#endif

#ifdef LIVENESS
#if defined(SLOW_FOREVER) && SLOW_FOREVER >= FRESH
ltl live { <> [] SERVED(1) }
#else
ltl live { <> [] (SERVED(0) && SERVED(1)) }
#endif
#endif
