/*
 * The protocol by which processes share a queue in Redis (docs/redis-protocol.md), for the model
 * checker Spin. README.md beside this file tells how to run it, and what it leaves out.
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
#define BUDGET ALL_TICKETS

#define INTERVAL 3
#ifdef NO_START_DELAY
#define START_DELAY 0
#else
#define START_DELAY INTERVAL
#endif
#define MARGIN 1
#define LEASE 6
#define RENEW 2 /* a third of a lease */
#define JUMP 4 /* more than 0.6 leases */
#define STEP 2 /* of the store's clock, when somebody sets it */

#define NONE 255
#define FRONT 1 /* the arrival of who was first in line when its join was told again */
#define OWNER(t) ((t) / TICKETS)
#define OTHER(p) (1 - (p))

mtype:process = { ALIVE, FROZEN, CRASHED }
mtype:ticket = { NEW, IN_LINE, GOT, USED, LEFT }
mtype:network = { IDLE, SENT, ANSWERED }
mtype:answer = { NOTHING, RELEASED, WAIT, BEHIND, UNKNOWN, EXHAUSTED }

/* What a process tells the store. */
typedef Request {
  bool strays[ALL_TICKETS]; /* in line, but not its own any more */
  bool joins[ALL_TICKETS];
  bool leaves[ALL_TICKETS];
  byte late = NONE; /* a ticket whose release came too late */
  byte lateMoment;
  byte ask = NONE;
}

typedef Reply {
  mtype:answer kind = NOTHING;
  byte detail; /* the age, the wait or the lease */
  byte number; /* of the release; 0 if it is not the last one any more */
  byte moment; /* which release it is */
  byte lastNumber;
  byte cold;
  byte arrivals[ALL_TICKETS]; /* of who joined */
}

typedef Process {
  mtype:process status = ALIVE;
  mtype:network network = IDLE;
  Request request;
  Reply reply;
  bool abandoned; /* a step that was given up, but lies in a socket */
  Request old;
  byte elapsed; /* since it asked */
  byte late = NONE;
  byte lateMoment;
  byte sinceStep = RENEW;
  byte askIn;
  byte cold; /* which coldness of the store it knows of; 0 for none */
  byte sinceCold;
  byte number; /* the last release that it has heard of */
  byte sinceHeard;
  byte usableIn; /* when that one may be used, by the release before it */
}

typedef Ticket {
  mtype:ticket state = NEW;
  byte arrival; /* as its process knows it */
  bool leaving;
  bool stray; /* it is in line, its process hears, but it left or was used */
  bool told;
  byte moment; /* of its release, */
  byte age; /* its age by the store, and what was lost on the way, */
  byte hold; /* and until it may be used */
}

Process process[2];
Ticket ticket[ALL_TICKETS];

/* The store. */
bool inLine[ALL_TICKETS];
byte arrival[ALL_TICKETS];
byte arrivals = FRONT;
byte start[ALL_TICKETS]; /* the moment of its release, 0 for none */
byte startAge[ALL_TICKETS];
bool charged[ALL_TICKETS];
byte lease[2]; /* what is left of it */
bool fenced[2]; /* whether it knows that a later step than the abandoned one was executed */
byte number;
byte lastMoment; /* of the release with that number */
byte sinceRelease;
byte cold;
byte sinceCold;
byte sinceStep = JUMP;
bool restarted = true;
bool limitRead;
byte still; /* for how long the clock stands still, as it was set back */

/* What nobody in the system knows. */
byte faults;
byte interrupts;
byte moments; /* how many releases there were */
byte sinceUse = INTERVAL;
byte order[ALL_TICKETS]; /* its first arrival */
bool lapsed[2]; /* its lease has run out */
bool released[ALL_TICKETS]; /* ever */
bool later[2]; /* whether a later step than the abandoned one was executed */
bool forgotten[ALL_TICKETS]; /* the store has lost its leaving, or that it was told later than its joining */

hidden byte i, j, head, first, wait, count, newHead, lost, hears;
hidden Request step;
hidden Reply answer;

/* What a store that is restarted falls back to. */
hidden byte inLine0[ALL_TICKETS];
hidden byte arrival0[ALL_TICKETS];
hidden byte start0[ALL_TICKETS];
hidden byte startAge0[ALL_TICKETS];
hidden byte charged0[ALL_TICKETS];
hidden byte lease0[2];

#define CAPPED(x, most) ((x) < (most) -> (x) + 1 : (most))
#define LESS(x) ((x) > 0 -> (x) - 1 : 0)
#define MIN(x, y) ((x) < (y) -> (x) : (y))
#define MAX(x, y) ((x) > (y) -> (x) : (y))
#define WAITS(t) (ticket[t].state == NEW || ticket[t].state == IN_LINE || ticket[t].state == GOT)

/* Somebody has started or may still do so. */
#define GOES(t) (ticket[t].state == USED || ticket[t].state == GOT \
  || (process[OWNER(t)].reply.kind == RELEASED && process[OWNER(t)].request.ask == t))

/* ---- The store ---- */

#define DUE (sinceCold >= START_DELAY && (number == 0 || sinceRelease >= INTERVAL))

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
#endif
      find_head()
    :: else
    fi
  }
}

inline begin_cold() {
  printf("  the store is cold\n");
  cold++;
  sinceCold = 0;
  number = 0;
  lastMoment = 0;
  sinceRelease = 0;
  limitRead = false;
  for (i : 0 .. 1) {
    lease[i] = (lease[i] > 0 -> LEASE : 0)
  }
  for (i : 0 .. ALL_TICKETS - 1) {
    start[i] = 0; /* it stays charged, but of unknown age */
    startAge[i] = 0
  }
}

inline join(t) {
  if
  :: inLine[t] || start[t] > 0
  :: else ->
    if
    :: ticket[t].arrival == 0 -> arrivals++; arrival[t] = arrivals
    :: else ->
      arrival[t] = ticket[t].arrival;
      arrivals = MAX(arrivals, arrival[t])
    fi;
    inLine[t] = true;
#ifdef CHARGE_ON_JOIN
    charged[t] = true;
#endif
  fi
}

/* The limit as Discord has it, less what it may not have counted. */
inline read_limit() {
  for (i : 0 .. ALL_TICKETS - 1) {
    charged[i] = GOES(i)
  }
  limitRead = true
}

inline release(t) {
  for (i : 0 .. ALL_TICKETS - 1) { /* in order of arrival among the living */
    assert(i == t || order[i] == 0 || order[i] > order[t] || ticket[i].state != IN_LINE ||
        start[i] > 0 || GOES(i) || process[OWNER(i)].late == i || /* late, but it goes next */
        process[OWNER(i)].status != ALIVE || lapsed[OWNER(i)])
  }
  inLine[t] = false;
  moments++;
  released[t] = true;
  start[t] = moments;
  startAge[t] = 0;
  charged[t] = true;
  number++;
  lastMoment = moments;
  sinceRelease = 0;
  newHead = true;
  printf("  the store releases ticket %d (moment %d, number %d)\n", t, moments, number);
  answer.kind = RELEASED;
  answer.number = number;
  answer.moment = moments
}

/* Whoever is first and due hears of it again, each time that somebody else asks. */
inline tell_head() {
  if
  :: DUE && process[OWNER(head)].status == ALIVE ->
#ifndef NO_STRAY
    ticket[head].stray = ticket[head].state == USED || ticket[head].state == LEFT;
#endif
    process[OWNER(head)].askIn = 0
  :: else
  fi
}

inline answer_ask() {
  if
  :: !inLine[step.ask] && start[step.ask] > 0 ->
#ifdef TELL_ONCE
    answer.kind = UNKNOWN
#else
    answer.kind = RELEASED;
    answer.detail = startAge[step.ask];
    answer.moment = start[step.ask];
    answer.number = (lastMoment == answer.moment -> number : 0)
#endif
  :: !inLine[step.ask] && start[step.ask] == 0 -> answer.kind = UNKNOWN
  :: else ->
    find_live_head();
    if
    :: head != step.ask ->
      answer.kind = BEHIND;
      answer.detail = MAX(1, lease[OWNER(head)]);
      tell_head()
    :: head == step.ask && !DUE ->
      answer.kind = WAIT;
      answer.detail = MAX(START_DELAY - sinceCold, (number > 0 -> INTERVAL - sinceRelease : 0))
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
      :: count >= BUDGET -> answer.kind = EXHAUSTED
      :: else -> release(step.ask)
      fi
    fi
  fi
}

/* Executes `step` of process p; what it answers is in `answer`. */
inline execute(p) {
  newHead = false;
  answer.kind = NOTHING;
  answer.detail = 0;
  answer.number = 0;
  answer.moment = 0;
  if
  :: restarted || sinceStep >= JUMP -> begin_cold()
  :: else
  fi;
  restarted = false;
  sinceStep = 0;
  lease[p] = LEASE;
  fenced[p] = true;
  later[p] = true;
  for (j : 0 .. ALL_TICKETS - 1) {
    inLine[j] = inLine[j] && !step.strays[j]
  }
  if
  :: lease[OTHER(p)] == 0 -> fenced[OTHER(p)] = false /* its sequence number goes with its lease */
  :: else
  fi;
  if
  :: step.late != NONE && (start[step.late] == 0 || start[step.late] == step.lateMoment) ->
#ifndef NO_REFUND
    start[step.late] = 0;
    charged[step.late] = false;
#endif
    join(step.late)
  :: else
  fi;
  find_head();
  first = head;
  for (j : 0 .. ALL_TICKETS - 1) {
    if
    :: step.leaves[j] ->
      if
      :: inLine[j] -> inLine[j] = false; newHead = newHead || j == first
      :: else -> start[j] = 0; charged[j] = false
      fi
    :: else
    fi
  }
  for (j : 0 .. ALL_TICKETS - 1) {
    if
    :: step.joins[j] -> join(j); 
      answer.arrivals[j] = (inLine[j] -> arrival[j] : MAX(ticket[j].arrival, FRONT))
    :: else
    fi
  }
  if
  :: step.ask != NONE -> answer_ask()
  :: else
  fi;
  answer.lastNumber = number;
  answer.cold = cold
}

/* A process hears of a release. If it has not heard of the one before, that may be as new. */
inline hear(q, n) {
  if
  :: n > process[q].number ->
    process[q].usableIn = (n > process[q].number + 1 -> INTERVAL :
        (n > 1 -> INTERVAL - process[q].sinceHeard : START_DELAY - process[q].sinceCold));
    process[q].number = n;
    process[q].sinceHeard = 0
  :: else
  fi
}

/* The other process hears who is first now, and of the release; or the news are lost. */
inline tell(q) {
  if
  :: newHead && process[q].status == ALIVE && process[q].cold == cold ->
    find_head();
    hear(q, number);
    if
    :: head != NONE && OWNER(head) == q ->
      process[q].askIn =
          MAX(START_DELAY - sinceCold, (number > 0 -> INTERVAL - sinceRelease : 0))
    :: else
    fi
  :: else
  fi
}

inline save_store() {
  for (i : 0 .. ALL_TICKETS - 1) {
    inLine0[i] = inLine[i];
    arrival0[i] = arrival[i];
    start0[i] = start[i];
    startAge0[i] = startAge[i];
    charged0[i] = charged[i]
  }
  lease0[0] = lease[0];
  lease0[1] = lease[1]
}

/* The server dies after it has answered, before the last step is on the disk or the replica. */
inline lose_last_step() {
  for (i : 0 .. ALL_TICKETS - 1) {
    forgotten[i] = forgotten[i] || step.leaves[i];
    inLine[i] = inLine0[i];
    arrival[i] = arrival0[i];
    start[i] = start0[i];
    startAge[i] = startAge0[i];
    charged[i] = charged0[i]
  }
  lease[0] = lease0[0];
  lease[1] = lease0[1];
  restarted = true;
  limitRead = false;
  still = 0;
  process[0].abandoned = false; /* its connection is gone */
  process[1].abandoned = false
}

inline copy_request(from, to) {
  for (i : 0 .. ALL_TICKETS - 1) {
    to.strays[i] = from.strays[i];
    to.joins[i] = from.joins[i];
    to.leaves[i] = from.leaves[i]
  }
  to.late = from.late;
  to.lateMoment = from.lateMoment;
  to.ask = from.ask
}

inline forget_request(it) {
  for (i : 0 .. ALL_TICKETS - 1) {
    it.strays[i] = false;
    it.joins[i] = false;
    it.leaves[i] = false
  }
  it.late = NONE;
  it.lateMoment = 0;
  it.ask = NONE
}

/* What is to be so after every step. */
inline check_charges() {
  for (i : 0 .. ALL_TICKETS - 1) {
    /* nobody starts without a charge, as soon as the store has read the limit after a restart */
    assert(!(ticket[i].state == USED) || charged[i] || !limitRead);
    /* nobody is charged who was not released */
    assert(!charged[i] || released[i]);
    /* who has left leaves no trace */
    assert(ticket[i].state != LEFT || ticket[i].leaving || forgotten[i] ||
        !(inLine[i] || (charged[i] && limitRead)))
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
    if
    :: hears -> tell(OTHER(p))
    :: else
    fi;
    process[p].reply.kind = answer.kind;
    process[p].reply.detail = answer.detail;
    process[p].reply.number = answer.number;
    process[p].reply.moment = answer.moment;
    process[p].reply.lastNumber = answer.lastNumber;
    process[p].reply.cold = answer.cold;
    for (j : 0 .. ALL_TICKETS - 1) {
      process[p].reply.arrivals[j] = (step.joins[j] -> answer.arrivals[j] : 0)
    }
    if
    :: lost -> printf("  FAULT: the store loses this step, and restarts\n"); lose_last_step()
    :: else
    fi;
    process[p].network = ANSWERED;
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
        forgotten[i] = forgotten[i] || (later[p] && step.joins[i])
      }
#endif
      execute(p);
    fi;
    process[p].abandoned = false;
    forget_request(process[p].old);
    check_charges();
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

#define MAY_ASK(p) (process[p].cold > 0 && \
  (process[p].number > 0 -> process[p].sinceHeard >= INTERVAL : process[p].sinceCold >= START_DELAY))

#define OF(p, k) ((p) * TICKETS + (k))

#if TICKETS == 1
#define ANY(p, what) (what(OF(p, 0)))
#else
#define ANY(p, what) (what(OF(p, 0)) || what(OF(p, 1)))
#endif
#define IS_NEW(t) (ticket[t].state == NEW)
#define IS_IN_LINE(t) (ticket[t].state == IN_LINE)
#define IS_LEAVING(t) (ticket[t].leaving || ticket[t].stray)
#define IS_READY(t) (ticket[t].state == GOT && ticket[t].hold == 0)

#define HAS_TO_SAY(p) (ANY(p, IS_NEW) || ANY(p, IS_LEAVING) || process[p].late != NONE \
  || process[p].sinceStep >= RENEW \
  || (ANY(p, IS_IN_LINE) && process[p].askIn == 0 && MAY_ASK(p)))

/* A process has its hands full: time does not go on, unless it is frozen or the network is slow. */
#define BUSY(p) (process[p].status == ALIVE && \
  (process[p].network != IDLE || HAS_TO_SAY(p) || ANY(p, IS_READY)))

inline send(p) {
  forget_request(process[p].request);
  first = NONE;
  for (i : OF(p, 0) .. OF(p, TICKETS - 1)) {
    if
    :: IS_IN_LINE(i) && (first == NONE || ticket[i].arrival < ticket[first].arrival) -> first = i
    :: IS_NEW(i) -> process[p].request.joins[i] = true; ticket[i].told = true
    :: else
    fi;
    process[p].request.strays[i] = ticket[i].stray;
    process[p].request.leaves[i] = ticket[i].leaving
  }
  if
  :: first != NONE && MAY_ASK(p) && (process[p].askIn == 0 || process[p].sinceStep >= RENEW) ->
    process[p].request.ask = first
  :: first == NONE && MAY_ASK(p) ->
    for (i : OF(p, 0) .. OF(p, TICKETS - 1)) {
      if
      :: IS_NEW(i) && (first == NONE || (ticket[i].arrival > 0 &&
          (ticket[first].arrival == 0 || ticket[i].arrival < ticket[first].arrival))) -> first = i
      :: else
      fi
    }
    process[p].request.ask = first
  :: else
  fi;
  process[p].request.late = process[p].late;
  process[p].request.lateMoment = process[p].lateMoment;
  printf("process %d: takes a step, asks for ticket %d, tells that %d was late\n", p,
      process[p].request.ask, process[p].late);
  process[p].elapsed = 0;
  process[p].network = SENT;
  first = NONE
}

inline take_release(p, t) {
  count = process[p].reply.number;
  hear(p, count);
#ifdef NO_MONOTONIC
  wait = 0;
#else
  wait = (process[p].reply.number == process[p].number -> process[p].usableIn : INTERVAL);
#endif
  if
#ifndef NO_MARGIN
  :: wait + process[p].elapsed + process[p].reply.detail > MARGIN ->
    process[p].late = t;
    process[p].lateMoment = process[p].reply.moment;
    process[p].askIn = 0
#endif
  :: else ->
    ticket[t].state = GOT;
    ticket[t].moment = process[p].reply.moment;
    ticket[t].age = process[p].elapsed + process[p].reply.detail;
    ticket[t].hold = wait
  fi
}

/* Everything that it has in line is to be told again. */
inline join_again(p) {
  for (i : OF(p, 0) .. OF(p, TICKETS - 1)) {
    if
    :: IS_IN_LINE(i) -> ticket[i].state = NEW
    :: else
    fi
  }
}

inline receive(p) {
  printf("process %d: hears the answer %e, %d\n", p, process[p].reply.kind, process[p].reply.detail);
  process[p].network = IDLE;
  process[p].sinceStep = process[p].elapsed;
  if
  :: process[p].request.late != NONE -> process[p].late = NONE; process[p].lateMoment = 0
  :: else
  fi;
  for (i : OF(p, 0) .. OF(p, TICKETS - 1)) {
    if
    :: process[p].request.leaves[i] -> ticket[i].leaving = false
    :: else
    fi;
    ticket[i].stray = ticket[i].stray && !process[p].request.strays[i];
    if
    :: process[p].request.joins[i] && ticket[i].state == NEW ->
      ticket[i].state = IN_LINE;
      ticket[i].arrival = process[p].reply.arrivals[i];
      order[i] = (order[i] == 0 -> ticket[i].arrival : order[i])
    :: else
    fi;
    process[p].reply.arrivals[i] = 0
  }
  check_charges();
  process[p].askIn = (process[p].request.ask != NONE -> RENEW : process[p].askIn);
  if
  :: process[p].reply.cold != process[p].cold ->
    process[p].cold = process[p].reply.cold;
    process[p].sinceCold = 0;
    process[p].number = 0;
    count = process[p].reply.lastNumber;
    hear(p, count);
    process[p].sinceStep = RENEW;
#ifndef NO_REJOIN
    join_again(p)
#endif
  :: else
  fi;
  if
  :: process[p].request.ask == NONE
  :: process[p].request.ask != NONE && ticket[process[p].request.ask].state != LEFT ->
    if
    :: process[p].reply.kind == RELEASED -> first = process[p].request.ask; take_release(p, first)
    :: process[p].reply.kind == WAIT -> process[p].askIn = process[p].reply.detail
    :: process[p].reply.kind == BEHIND -> process[p].askIn = MIN(RENEW, process[p].reply.detail)
    :: process[p].reply.kind == UNKNOWN -> join_again(p)
    :: else
    fi
  :: else
  fi;
  process[p].elapsed = 0;
  process[p].reply.kind = NOTHING;
  process[p].reply.detail = 0;
  process[p].reply.number = 0;
  process[p].reply.moment = 0;
  process[p].reply.lastNumber = 0;
  process[p].reply.cold = 0;
  forget_request(process[p].request)
}

/* The released thread looks once more whether it may go. */
inline use(t) {
  if
#ifndef NO_MARGIN
  :: ticket[t].age > MARGIN ->
    ticket[t].state = IN_LINE;
    process[OWNER(t)].late = t;
    process[OWNER(t)].lateMoment = ticket[t].moment;
    process[OWNER(t)].askIn = 0
#endif
  :: else ->
    assert(ticket[t].state == GOT); /* never twice */
    assert(sinceUse >= INTERVAL - MARGIN); /* never early */
    printf("process %d: ticket %d starts\n", OWNER(t), t);
    ticket[t].state = USED;
    sinceUse = 0
  fi;
  ticket[t].moment = 0;
  ticket[t].age = 0
}

/* Its thread is interrupted. */
inline leave(t) {
  printf("process %d: ticket %d is interrupted\n", OWNER(t), t);
  ticket[t].leaving = ticket[t].told;
  ticket[t].state = LEFT;
  ticket[t].arrival = 0;
  ticket[t].moment = 0;
  ticket[t].age = 0;
  ticket[t].hold = 0
}

#define INTERRUPT(t) d_step { process[p].status == ALIVE && process[p].network == IDLE && \
  interrupts < INTERRUPTS && WAITS(t) -> interrupts++; leave(t) }

proctype Client(byte p) {
  byte t;
end:
  do
  :: d_step { process[p].status == ALIVE && process[p].network == IDLE && HAS_TO_SAY(p) -> send(p) }
  :: d_step { process[p].status == ALIVE && process[p].network == ANSWERED -> receive(p) }
  :: atomic {
      process[p].status == ALIVE && ANY(p, IS_READY) ->
      d_step {
        t = OF(p, 0);
        do
        :: IS_READY(t) -> break
        :: else -> t++
        od;
        use(t);
        t = 0
      }
    }
#if INTERRUPTS
  :: INTERRUPT(OF(p, 0))
#if TICKETS > 1
  :: INTERRUPT(OF(p, 1))
#endif
#endif
  od
}

/* ---- Faults ---- */

inline lose_answer(p) {
  printf("FAULT: the answer to process %d is lost\n", p);
  process[p].reply.kind = NOTHING;
  process[p].reply.detail = 0;
  process[p].reply.number = 0;
  process[p].reply.moment = 0;
  process[p].reply.lastNumber = 0;
  process[p].reply.cold = 0;
  for (i : 0 .. ALL_TICKETS - 1) {
    process[p].reply.arrivals[i] = 0
  }
  forget_request(process[p].request);
  process[p].network = IDLE;
  process[p].elapsed = 0
}

#define FAULT(what) d_step { faults < FAULTS && what -> faults++;

proctype Misfortune(byte p) {
end:
  do
  :: FAULT(process[p].status == ALIVE) printf("FAULT: process %d dies\n", p); process[p].status = CRASHED }
  :: FAULT(process[p].status == ALIVE) printf("FAULT: process %d freezes\n", p); process[p].status = FROZEN }
  :: d_step { process[p].status == FROZEN -> printf("process %d thaws\n", p); process[p].status = ALIVE }
  /* a step, or its answer, is lost, and the process takes it again */
  :: FAULT(process[p].status == ALIVE && process[p].network == SENT)
      printf("FAULT: process %d gives up its step\n", p);
      forget_request(process[p].request);
      process[p].network = IDLE;
      process[p].elapsed = 0 }
  :: FAULT(process[p].status == ALIVE && process[p].network == ANSWERED) lose_answer(p) }
  :: FAULT(process[p].status == ALIVE && process[p].network == ANSWERED)
      count = process[p].reply.number;
      hear(p, count); /* from the news */
      lose_answer(p) }
  /* or it does not come back in time, but will be executed */
  :: FAULT(process[p].status == ALIVE && process[p].network == SENT && !process[p].abandoned)
      copy_request(process[p].request, process[p].old);
      process[p].abandoned = true;
      fenced[p] = false;
      later[p] = false;
      printf("FAULT: process %d gives up its step\n", p);
      forget_request(process[p].request);
      process[p].network = IDLE;
      process[p].elapsed = 0 }
  od
}

/* ---- Time ---- */

inline store_tick() {
  if
  :: still > 0 -> still--
  :: else ->
    sinceRelease = CAPPED(sinceRelease, INTERVAL);
    sinceCold = CAPPED(sinceCold, START_DELAY);
    sinceStep = CAPPED(sinceStep, JUMP);
    for (i : 0 .. ALL_TICKETS - 1) {
      startAge[i] = (start[i] > 0 -> CAPPED(startAge[i], MARGIN + 1) : 0)
    }
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
    process[i].sinceStep = CAPPED(process[i].sinceStep, RENEW);
    process[i].askIn = LESS(process[i].askIn);
    process[i].sinceCold = CAPPED(process[i].sinceCold, START_DELAY);
    process[i].usableIn = LESS(process[i].usableIn);
    process[i].sinceHeard = CAPPED(process[i].sinceHeard, INTERVAL);
    process[i].elapsed = (process[i].network == IDLE -> 0 : CAPPED(process[i].elapsed, MARGIN + 1))
  }
  for (i : 0 .. ALL_TICKETS - 1) {
    ticket[i].hold = LESS(ticket[i].hold);
    ticket[i].age = (ticket[i].state == GOT -> CAPPED(ticket[i].age, MARGIN + 1) : 0)
  }
  sinceUse = CAPPED(sinceUse, INTERVAL)
}

#define STIRS (process[0].status == ALIVE || process[1].status == ALIVE)
#define UNDER_WAY (process[0].network != IDLE || process[1].network != IDLE)

proctype Clock() {
end:
  do
  :: d_step { STIRS && !BUSY(0) && !BUSY(1) -> tick() }
  :: FAULT((BUSY(0) || BUSY(1)) && UNDER_WAY) printf("FAULT: the network is slow\n"); tick() }
#ifdef CLOCK_STEPS
  :: FAULT(still == 0) printf("FAULT: the store's clock is set forwards\n"); for (j : 1 .. STEP) { store_tick() } skip }
  :: FAULT(still == 0) printf("FAULT: the store's clock is set back\n"); still = STEP }
#endif
  od
}

init {
  atomic {
    sinceCold = START_DELAY;
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
ltl live { <> [] (SERVED(0) && SERVED(1)) }
#endif
